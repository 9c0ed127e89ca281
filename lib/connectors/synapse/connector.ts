import type { Unknown } from "#lib/domain/allow-list.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { HttpAnswer, HttpFailure } from "#lib/platform/http.ts";
import { newSecret } from "#lib/platform/ids.ts";
import { contentDigest, MAX_ENTRIES } from "#lib/signing/documents.ts";
import { type Ask, makeQuery } from "#lib/signing/make.ts";
import { verifyReceipt } from "#lib/signing/receipts.ts";
import type { Alarm, Change, Connector, Limits, Observed, Receipt } from "../connector.ts";
import type { ConnectorFault } from "../fault.ts";
import type { ConnectorFactory, ConnectorSettings } from "../settings.ts";
import { synapseInsight } from "./insight.ts";
import { faultOf, ROUTES, readReceiptAnswer, readState, toReceipt } from "./wire.ts";

/** What the module in a Synapse can do; it obeys within one poll even where the notice between processes is lost. */
export const SYNAPSE_LIMITS: Limits = {
  takesEffect: "at_once",
  effectWithin: 2000,
  maxNames: MAX_ENTRIES,
  portsInNames: true,
  holdsOutbound: true,
  verifiesSignature: true,
};

const TIMEOUT_MS = 10_000;
const MOST_STATE_BYTES = 8 * 1024 * 1024;
/** Refusals that a newer keyset may mend. */
const NEEDS_KEYSET = new Set(["TILLIT_KEYSET", "TILLIT_SIGNATURE", "TILLIT_KEY", "TILLIT_EPOCH"]);

const away = ({ code, detail }: HttpFailure): ConnectorFault => ({
  code,
  detail,
  kind: code === "not_json" || code === "unexpected_json" || code === "redirect_elsewhere" ? "untrusted" : "away",
});

/** Runs one thing at a time, so that receipts are judged in the order in which they were asked for. */
const newLane = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
};

type Sent = {
  readonly method: "PUT" | "POST";
  readonly route: string;
  readonly body: string;
  readonly signal: AbortSignal;
};

/** The questions and documents of one server, each answer verified before anyone sees it. */
class SynapseSession {
  readonly #settings: ConnectorSettings;
  #sequence: number;

  constructor(settings: ConnectorSettings) {
    this.#settings = settings;
    this.#sequence = settings.lastSequence;
  }

  async send({ method, route, body, signal }: Sent): Promise<Result<HttpAnswer, ConnectorFault>> {
    const { endpoint, http } = this.#settings;
    const answer = await http(`${endpoint.url.replace(/\/+$/, "")}${ROUTES}/${route}`, {
      method,
      body,
      headers: { "content-type": "application/json" },
      ca: endpoint.ca,
      resolveTo: endpoint.resolveTo,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MOST_STATE_BYTES,
      signal,
    });
    if (!answer.ok) return err(away(answer.error));
    return answer.value.status === 200 ? answer : err(faultOf(answer.value));
  }

  verify(text: string, answers: string): Result<Receipt, ConnectorFault> {
    const { federation, serverName, pinnedKeys } = this.#settings;
    const read = verifyReceipt(text, {
      federation,
      audience: serverName,
      signedBy: serverName,
      keys: pinnedKeys,
      above: this.#sequence,
      answers,
    });
    if (!read.ok) {
      const code = read.error.code === "receipt_replayed" ? "receipt_replayed" : "receipt_invalid";
      return err({ code, detail: `${read.error.code} ${read.error.detail}`.trim(), kind: "untrusted" });
    }
    this.#sequence = read.value.fields.sequence;
    return ok(toReceipt(read.value.fields, text));
  }

  async put(
    route: "list" | "keyset" | "renewal",
    body: string,
    signal: AbortSignal,
  ): Promise<Result<Receipt, ConnectorFault>> {
    const answer = await this.send({ method: "PUT", route, body, signal });
    if (!answer.ok) return answer;
    const text = readReceiptAnswer(answer.value);
    return text.ok ? this.verify(text.value, contentDigest(body)) : text;
  }

  /** Sends a signed question. Returns the answer and the nonce that its receipt must carry. */
  async ask(
    question: { readonly ask: Ask; readonly server?: ServerName },
    signal: AbortSignal,
  ): Promise<Result<{ readonly answer: HttpAnswer; readonly nonce: string }, ConnectorFault>> {
    const { federation, serverName, signer, clock } = this.#settings;
    const nonce = newSecret();
    const body = makeQuery({ federation, audience: serverName, issuedAt: clock.now(), nonce, ...question }, signer);
    const answer = await this.send({ method: "POST", route: "ask", body, signal });
    return answer.ok ? ok({ answer: answer.value, nonce }) : answer;
  }
}

const observeWith = async (session: SynapseSession, signal: AbortSignal): Promise<Result<Observed, ConnectorFault>> => {
  const asked = await session.ask({ ask: "state" }, signal);
  if (!asked.ok) return asked;
  const state = readState(asked.value.answer);
  if (!state.ok) return state;
  const receipt = session.verify(state.value.receipt, asked.value.nonce);
  if (!receipt.ok) return receipt;
  const { policy, instance, listed, alarms, effectiveDigest, detail, expiresAt, would } = state.value;
  if (receipt.value.effectiveDigest !== effectiveDigest) {
    return err({ code: "receipt_invalid", detail: "the receipt does not cover the names", kind: "untrusted" });
  }
  const { epoch, version, digest, mode, instances } = receipt.value;
  const opened: readonly Alarm[] = policy.mode === "open" && mode === "enforce" ? ["open"] : [];
  const none: Unknown = { mode: "unknown", why: "no_list_yet" };
  return ok({
    stored: version === 0 ? none : { mode: "closed", allow: listed },
    // One process answers for itself; of the others the receipt says which list they obey, not name by name.
    effective: instances.map((one) => ({
      ...one,
      policy: one.name === instance ? policy : { mode: "unknown" as const, why: "not_asked" },
    })),
    ...(version === 0 ? {} : { position: { epoch, version, digest }, expiresAt }),
    receipt: receipt.value,
    ...(would === undefined ? {} : { would }),
    alarms: [...new Set([...alarms, ...opened])],
    detail,
  });
};

const applyWith = async (
  session: SynapseSession,
  { list }: Change,
  signal: AbortSignal,
): Promise<Result<Receipt, ConnectorFault>> => {
  let receipt = await session.put("list", list.list, signal);
  if (!receipt.ok && NEEDS_KEYSET.has(receipt.error.code)) {
    const keyset = await session.put("keyset", list.keyset, signal);
    // Where the keyset is refused too, the list's own refusal says more about what is wrong.
    if (!keyset.ok) return keyset.error.kind === "refuses" ? receipt : keyset;
    receipt = await session.put("list", list.list, signal);
  }
  if (!receipt.ok || list.renewal === undefined) return receipt;
  const renewed = await session.put("renewal", list.renewal, signal);
  // A renewal older than the one there is no fault: the list lives at least as long as this one wanted.
  return !renewed.ok && renewed.error.code === "TILLIT_RENEWAL" ? receipt : renewed;
};

/** A Synapse with the module: signed documents in, receipts signed by the homeserver's own pinned key out. */
export const synapseConnector: ConnectorFactory = (settings): Connector => {
  const session = new SynapseSession(settings);
  const inTurn = newLane();
  return {
    kind: "synapse_module",
    limits: SYNAPSE_LIMITS,
    observe: (signal) => inTurn(() => observeWith(session, signal)),
    apply: (change, signal) => inTurn(() => applyWith(session, change, signal)),
    insight: synapseInsight(settings, (question, signal) => session.ask(question, signal)),
    resetDestination: (destination, signal) =>
      inTurn(async () => {
        const asked = await session.ask({ ask: "reset_destination", server: destination }, signal);
        if (!asked.ok) return asked;
        const text = readReceiptAnswer(asked.value.answer);
        return text.ok ? session.verify(text.value, asked.value.nonce) : text;
      }),
  };
};
