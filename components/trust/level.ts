/** A level of assurance as people say it: `http://id.elegnamnden.se/loa/1.0/loa3` is LoA3; others by their last part. */
export const levelName = (acr: string): string => acr.replace(/^.*[/:#]/, "").replace(/^loa/i, "LoA");
