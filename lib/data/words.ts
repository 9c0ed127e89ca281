/** A column's text as one of a closed set. Throws RangeError otherwise: the schema's own checks make it unreachable. */
export const oneOf = <T extends string>(words: readonly T[], text: string): T => {
  const word = words.find((known) => known === text);
  if (word === undefined) throw new RangeError(`not one of ${words.join(", ")}: ${text}`);
  return word;
};
