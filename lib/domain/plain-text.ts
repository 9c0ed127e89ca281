/** Why a line that a person typed, or a cell of a file, is not taken as a name. */
export type TextFault = "formula_in_text" | "markup_in_text" | "hidden_characters" | "mixed_script";

// Full-width forms too: spreadsheets of some languages take them for the sign itself.
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;
const MARKUP = /<\s*[a-z/!?]|&#?[a-z0-9]+;/i;
/** Controls, and what is drawn as nothing or turns the direction of what follows (Unicode TR 36, 2.10 and 3.4). */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u;

const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u];

/**
 * What is wrong with a name, if anything: a spreadsheet would run it, a browser might, a reader cannot see all of it, or
 * one word mixes scripts whose letters look alike (Unicode TS 39, 5.1). Whole words in another script are names, and pass.
 */
export const faultOfText = (text: string): TextFault | undefined => {
  if (FORMULA.test(text)) return "formula_in_text";
  if (MARKUP.test(text)) return "markup_in_text";
  if (HIDDEN.test(text)) return "hidden_characters";
  const mixed = text.split(/[^\p{L}\p{M}]+/u).some((word) => SCRIPTS.filter((script) => script.test(word)).length > 1);
  return mixed ? "mixed_script" : undefined;
};
