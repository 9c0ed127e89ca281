import { agencyOf } from "./agencies.ts";
import type { DemoPerson } from "./people.ts";

const ROLES: Readonly<Record<DemoPerson["role"], string>> = {
  administrator: "administratör · administrator",
  approver: "godkännare · approver",
  auditor: "granskare · auditor",
  coordinator: "federationens samordnare · coordinator",
  operator: "driftleverantör · operator",
};

const STYLE = `:root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .5rem}
ul{list-style:none;padding:0;display:grid;gap:.5rem}
button{font:inherit;text-align:left;width:100%;padding:.75rem 1rem;border:1px solid GrayText;border-radius:.375rem;background:Canvas;color:CanvasText;cursor:pointer}
button:hover{border-color:LinkText}
button:focus-visible{outline:3px solid LinkText;outline-offset:2px}
button span{display:block;font-size:.9375rem}
.hint{border:2px solid LinkText}
.label{display:inline-block;padding:.125rem .5rem;border:1px solid;border-radius:.25rem;font-size:.875rem}`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const choice = ({ subject, name, role, agency }: DemoPerson, hint: string | undefined): string =>
  `<li><button name="person" value="${escaped(subject)}"${subject === hint ? ' class="hint" autofocus' : ""}>` +
  `<strong>${escaped(name)}</strong><span>${agency === undefined ? "" : `${agencyOf(agency).nameSv}, `}${ROLES[role]}</span></button></li>`;

export type SignIn = {
  readonly uid: string;
  readonly people: readonly DemoPerson[];
  /** The person whose button is marked and focused. */
  readonly hint: string | undefined;
};

/** The demo provider's only page: who are you today? */
export const signInPage = ({ uid, people, hint }: SignIn): { html: string; style: string } => ({
  style: STYLE,
  html: `<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Demoinloggning</title><style>${STYLE}</style></head>
<body><main>
<p class="label">DEMO</p>
<h1>Demoinloggning: vem är du?</h1>
<p>En riktig OpenID Connect-leverantör med påhittade personer och utan lösenord. <span lang="en">A real OpenID Connect provider with invented people and no passwords.</span></p>
<form method="post" action="/interaction/${escaped(uid)}"><ul>
${people.map((person) => choice(person, hint)).join("\n")}
</ul></form>
</main></body></html>`,
});
