const PREFIX = "tillit.";

/**
 * One value for the whole process, whichever copy of this module asks for it.
 *
 * Next.js loads instrumentation and route handlers as separate module instances, so a module-level variable is not one
 * per process there: a second database pool or a second bulkhead would appear unseen.
 *
 * @param name a name unique in the product, always asked for with the same type
 * @param make called once, the first time anyone asks
 */
export const processWide = <T>(name: string, make: () => T): T => {
  const key = Symbol.for(PREFIX + name);
  const holder: { [at: symbol]: { readonly value: T } | undefined } = globalThis as never;
  const held = holder[key] ?? { value: make() };
  holder[key] = held;
  return held.value;
};
