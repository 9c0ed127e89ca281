import { db } from "#lib/data/client.ts";
import type { Actor, Credential, Membership } from "#lib/domain/access.ts";
import { type AgencyId, type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { testDatabase } from "./database.ts";

export const BASE_URL = "http://portal.test:3000";
const AT = 1_795_000_000_000n;

/** A fresh database with a federation in it, and the settings that name it. */
export const openLine = async () => {
  setLogLevel("silent");
  const database = await testDatabase();
  Object.assign(process.env, {
    DATABASE_URL_WEB: database.webUrl,
    DATABASE_URL_WORKER: database.workerUrl,
    DATABASE_URL_OWNER: database.ownerUrl,
    TILLIT_FEDERATION_ID: "test.tillit.example",
    TILLIT_ENVIRONMENT: "test",
    TILLIT_BASE_URL: BASE_URL,
    NEXTAUTH_SECRET: "only-for-tests-only-for-tests-only-for-tests",
  });
  await db("owner").federation.create({
    data: {
      id: "test.tillit.example",
      name: "Testfederationen",
      environment: "test",
      epoch: 1,
      terms: "",
      probeName: "probe.tillit.example",
      createdAt: AT,
    },
  });
  return database;
};

let made = 0;
/** Ten digits with a right check digit, third digit 2: never twice the same. */
const orgnr = (): string => {
  made += 1;
  const nine = `202${String(made).padStart(6, "0")}`;
  const sum = Array.from(nine, Number).reduce((total, digit, place) => {
    const doubled = place % 2 === 0 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${nine}${(10 - (sum % 10)) % 10}`;
};

/** An active agency with a homeserver of that name; none where the name is absent. */
export const seedAgency = async (name: string, serverName?: string, approversRequired = 1) => {
  const id = idOf("agy", newId());
  const server = idOf("hs", newId());
  const owner = db("owner");
  await owner.agency.create({
    data: {
      id,
      nameSv: name,
      nameEn: name,
      scheme: "orgnr",
      identifier: orgnr(),
      memberClass: "state_agency",
      country: "SE",
      state: "active",
      approversRequired,
      createdAt: AT,
    },
  });
  if (serverName !== undefined) await seedServer(server, serverName, [id]);
  return { id, server };
};

export const seedServer = async (id: HomeserverId, serverName: string, agencies: readonly AgencyId[]) => {
  const owner = db("owner");
  await owner.homeserver.create({ data: { id, serverName, platform: "synapse", createdAt: AT } });
  await owner.homeserverAgency.createMany({ data: agencies.map((agencyId) => ({ homeserverId: id, agencyId })) });
};

const OIDC: Credential = { kind: "oidc", issuer: "https://issuer.example", acr: undefined };

/** A person with those memberships, signed in. */
export const seedPerson = async (name: string, ...memberships: readonly Membership[]): Promise<Actor> => {
  const person = idOf("per", newId());
  const pseudonym = newId();
  await db("owner").person.create({
    data: { id: person, pseudonym, locale: "en", createdAt: AT, name: { create: { name } } },
  });
  for (const held of memberships) {
    await db("owner").membership.create({
      data: {
        id: newId(),
        personId: person,
        role: held.role,
        state: "active",
        createdAt: AT,
        agencyId: "agency" in held ? held.agency : null,
      },
    });
  }
  return { person, pseudonym, memberships, credential: OIDC, locale: "en", traceId: newTraceId() };
};

export const asToken = (actor: Actor): Actor => ({
  ...actor,
  credential: { kind: "token", scopes: ["agreements:read", "agreements:write", "directory:write"] },
});
