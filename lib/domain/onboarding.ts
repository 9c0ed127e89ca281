import type { Role } from "./access.ts";
import type { AgencyState, ContactKind, IdentityState } from "./directory.ts";

/** What an agency does to join, in the order in which it can be done. */
export const ONBOARDING_STEPS = [
  "invited",
  "approver",
  "terms",
  "contacts",
  "server",
  "proof",
  "keys",
  "reporting",
  "identity",
  "ready",
] as const;
export type OnboardingStep = (typeof ONBOARDING_STEPS)[number];

/** `later`: another step comes first. */
export const STEP_STATES = ["done", "now", "later"] as const;
export type StepState = (typeof STEP_STATES)[number];

export type OnboardingServer = {
  readonly name: string;
  readonly identity: IdentityState;
  /** Whether the token of its name is published there. */
  readonly proven: boolean;
  /** Whether what enforces there has said which list it holds. */
  readonly reports: boolean;
};

export type OnboardingFacts = {
  readonly state: AgencyState;
  /** Invitations that wait to be answered. */
  readonly openInvitations: number;
  /** Roles held by people of the agency, one for each holding. */
  readonly roles: readonly Role[];
  readonly approversRequired: number;
  /** Whether there are terms to accept, and whether the version in force is accepted. */
  readonly terms: "none" | "accepted" | "older" | "never";
  readonly contacts: readonly ContactKind[];
  readonly servers: readonly OnboardingServer[];
};

export type OnboardingView = {
  readonly step: OnboardingStep;
  readonly state: StepState;
  /** Whose turn it is where the step is not done. */
  readonly by: Extract<Role, "coordinator" | "administrator" | "approver">;
  /** Servers, kinds of contact or steps that the step still waits for. */
  readonly missing: readonly string[];
};

type Rule = {
  readonly by: OnboardingView["by"];
  readonly after: readonly OnboardingStep[];
  readonly missing: (facts: OnboardingFacts) => readonly string[];
};

/** Whom partners reach when something goes wrong, and whom the coordinator asks of the server. */
const CONTACTS_NEEDED = ["incident", "technical"] as const satisfies readonly ContactKind[];

const approversOf = ({ roles }: OnboardingFacts): number => roles.filter((role) => role === "approver").length;
const lacking = (yes: boolean, word: string): readonly string[] => (yes ? [] : [word]);
const namesOf = ({ servers }: OnboardingFacts, holds: (server: OnboardingServer) => boolean): readonly string[] =>
  servers.filter((server) => !holds(server)).map(({ name }) => name);

const RULES: Readonly<Record<OnboardingStep, Rule>> = {
  invited: {
    by: "coordinator",
    after: [],
    missing: ({ roles, openInvitations }) => lacking(roles.length + openInvitations > 0, "invitation"),
  },
  approver: {
    by: "administrator",
    after: ["invited"],
    missing: (facts) => lacking(approversOf(facts) >= facts.approversRequired, "approver"),
  },
  terms: {
    by: "approver",
    after: ["approver"],
    missing: ({ terms }) => lacking(terms === "none" || terms === "accepted", "terms"),
  },
  contacts: {
    by: "administrator",
    after: ["invited"],
    missing: ({ contacts }) => CONTACTS_NEEDED.filter((kind) => !contacts.includes(kind)),
  },
  server: { by: "administrator", after: ["invited"], missing: ({ servers }) => lacking(servers.length > 0, "server") },
  proof: {
    by: "administrator",
    after: ["server"],
    missing: (facts) => namesOf(facts, ({ proven }) => proven),
  },
  keys: {
    by: "administrator",
    after: ["server"],
    missing: (facts) => namesOf(facts, ({ identity }) => identity === "pinned"),
  },
  reporting: { by: "administrator", after: ["server"], missing: (facts) => namesOf(facts, ({ reports }) => reports) },
  // Name and number are compared with the register by whoever vouches for them: the coordinator, by activating.
  identity: {
    by: "coordinator",
    after: ["invited"],
    missing: ({ state }) => lacking(state === "active" || state === "suspended", "identity"),
  },
  ready: {
    by: "coordinator",
    after: ["approver", "terms", "contacts", "server", "proof", "keys"],
    missing: ({ state }) => lacking(state === "active", "active"),
  },
};

/** Without a server nothing of one is done. */
const OF_SERVERS: readonly OnboardingStep[] = ["proof", "keys", "reporting"];

/** The steps of joining with their states, by the facts alone; a step whose own condition holds is done whatever the others are. */
export const onboardingOf = (facts: OnboardingFacts): readonly OnboardingView[] => {
  const missing = new Map(ONBOARDING_STEPS.map((step) => [step, RULES[step].missing(facts)]));
  const isDone = (step: OnboardingStep): boolean =>
    missing.get(step)?.length === 0 && (!OF_SERVERS.includes(step) || facts.servers.length > 0);
  return ONBOARDING_STEPS.map((step) => {
    const { by, after } = RULES[step];
    const first = after.filter((other) => !isDone(other));
    const state = isDone(step) ? "done" : first.length === 0 ? "now" : "later";
    return { step, by, state, missing: state === "later" ? first : (missing.get(step) ?? []) };
  });
};
