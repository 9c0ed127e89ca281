/** The product's version; a test holds it to package.json. */
export const PRODUCT_VERSION = "0.1.0";

/**
 * How every request to a homeserver names itself (docs/probes.md): whoever finds it in a log finds whom to ask.
 *
 * @param contact the portal's own address
 */
export const userAgent = (contact: string | undefined): string =>
  `Tillit-Probe/${PRODUCT_VERSION}${contact === undefined ? "" : ` (+${contact})`}`;
