/**
 * The rooms of the house and which other rooms each may import: one table, from which the dependency rules are made.
 * A room that is not named behind its arrow may not be imported. `any` stands for every room.
 */
export const ROOMS = {
  app: ["api", "auth", "operations", "contracts", "client", "components", "messages", "domain"],
  components: ["client", "contracts", "domain", "messages"],
  e2e: ["demo"],
  domain: [],
  platform: ["domain"],
  matrix: ["domain", "platform"],
  signing: ["domain", "platform", "matrix"],
  connectors: ["domain", "platform", "matrix", "signing"],
  data: ["domain", "platform"],
  contracts: ["domain"],
  auth: ["domain", "platform", "data"],
  operations: ["domain", "contracts", "platform", "data", "signing"],
  outgoing: ["domain", "platform", "data", "messages", "signing"],
  reconcile: ["domain", "platform", "data", "connectors", "signing", "matrix"],
  api: ["platform", "contracts", "auth", "data", "domain", "signing", "messages"],
  client: ["contracts", "domain"],
  messages: [],
  agent: ["platform", "matrix", "signing", "connectors", "contracts", "domain"],
  testing: ["any"],
  bin: [
    "agent",
    "operations",
    "reconcile",
    "outgoing",
    "connectors",
    "matrix",
    "client",
    "data",
    "platform",
    "signing",
    "demo",
    "auth",
    "domain",
    "contracts",
    "messages",
  ],
  bench: ["any"],
  demo: ["any"],
};

/** Rooms that lie at the top; the others are folders of `lib`. */
const TOP = new Set(["app", "components", "e2e", "bin", "bench", "demo"]);
export const folderOf = (room) => (TOP.has(room) ? room : `lib/${room}`);
const folder = (room) => `^${folderOf(room)}/`;

const TESTS = "\\.test\\.tsx?$|\\.figures\\.ts$|\\.fixture\\.tsx?$|/fixtures/";

const ruleFor = ([room, may]) => ({
  name: `room-${room}`,
  severity: "error",
  comment: `${room} may import ${may.length === 0 ? "nothing" : may.join(", ")}`,
  // Tests may reach further: they set the scene with real parts.
  from: { path: folder(room), pathNot: TESTS },
  to: {
    path: `^(app|components|e2e|bin|bench|demo|prisma|lib/[^/]+)/`,
    pathNot: [folder(room), ...may.map(folder)],
  },
});

export const RULES = [
  ...Object.entries(ROOMS)
    .filter(([, may]) => !may.includes("any"))
    .map(ruleFor),
  {
    name: "domain-is-pure",
    severity: "error",
    comment: "the domain knows no runtime: no node:, no package",
    from: { path: folder("domain"), pathNot: TESTS },
    to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-no-pkg", "npm-unknown"] },
  },
  {
    name: "prisma-stays-in-data",
    severity: "error",
    from: { pathNot: `${folder("data")}|${folder("testing")}|^prisma` },
    to: { path: "node_modules/(@prisma|prisma|pg-boss)/|^lib/data/generated" },
  },
  {
    name: "next-auth-stays-in-auth",
    severity: "error",
    from: { pathNot: folder("auth") },
    to: { path: "node_modules/(next-auth|@auth)/" },
  },
  { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
  {
    name: "nothing-unresolved",
    severity: "error",
    from: { pathNot: "\\.config\\.ts$" },
    to: { couldNotResolve: true, pathNot: "generated" },
  },
  {
    name: "tests-are-not-imported",
    severity: "error",
    from: { pathNot: "\\.test\\.tsx?$|^e2e/" },
    to: { path: "\\.test\\.tsx?$|\\.spec\\.ts$" },
  },
];

/** Fewer modules than this means that the cruiser saw nothing, not that nothing is wrong. */
export const LEAST_MODULES = 150;
