import { parsePublicId } from "#lib/domain/ids.ts";
import { printLink, setUpLink, type Whom } from "#lib/operations/sign-in-links.ts";

const NOBODY = "No single enabled person is meant by that. Name the person by id: per_…\n";

const whomOf = (text: string): Whom | undefined => {
  const person = parsePublicId("per", text);
  if (person.ok) return { person: person.value };
  return text.includes("@") ? { email: text } : undefined;
};

const say = (line: string): void => {
  process.stderr.write(line);
};

/**
 * `sign-in-link [E-MAIL | per_ID]`: prints a one-time link on the server's own terminal; without a name the set-up link.
 * Standard output gets the address alone. Each link stands in the audit log.
 *
 * @returns the exit status: 0; 1 where no single enabled person is meant, or set-up is over; 2 for wrong arguments
 */
export const signInLink = async ([named, ...more]: readonly string[]): Promise<number> => {
  if (named === undefined) {
    const url = await setUpLink();
    say(url === undefined ? "Set-up is done: name the person by e-mail or id.\n" : "Good once, for 24 hours:\n");
    if (url !== undefined) process.stdout.write(`${url}\n`);
    return url === undefined ? 1 : 0;
  }
  const whom = whomOf(named);
  if (whom === undefined || more.length > 0) {
    say("usage: tillit sign-in-link [E-MAIL | per_ID]\n");
    return 2;
  }
  const made = await printLink(whom);
  say(made.ok ? `Good once, for ${made.value.minutes} minutes:\n` : NOBODY);
  if (made.ok) process.stdout.write(`${made.value.url}\n`);
  return made.ok ? 0 : 1;
};
