import { readFile, unlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Policy } from "#lib/domain/allow-list.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Alarm, Change, Connector, ListPosition, Observed } from "../connector.ts";
import type { ConnectorFault } from "../fault.ts";
import { type Held, readBack } from "./read-back.ts";
import type { FileSettings } from "./settings.ts";
import { fileFault, readTarget, replaceFile, runCommand, tell } from "./target.ts";
import { TEMPLATE_NAMES, TEMPLATES } from "./templates/all.ts";
import { OWN_LIMITS, ownTemplate } from "./templates/own.ts";
import { inOrder, type Template, type TemplateInput, type Written } from "./templates/template.ts";

const LOOK_EVERY_MS = 50;
/**
 * A program that reads its file anew answers from its old processes beside the new ones for a while (nginx ends them
 * 100 ms after it began the new): only answers that agree in a row, over so long, count.
 */
const AGREED_IN_A_ROW = 10;
const AGREED_FOR_MS = 500;

const refusal = (code: string, detail: string): ConnectorFault => ({ code, detail, kind: "refuses" });

const samePosition = (a: ListPosition | undefined, b: ListPosition): boolean =>
  a !== undefined && a.epoch === b.epoch && a.version === b.version && a.digest === b.digest;
const earlier = (a: ListPosition, b: ListPosition): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.version < b.version);

/** Whether the running program obeys what the file says; undefined where it cannot be asked. */
const obeys = ({ policy, position }: Held, written: Written): boolean | undefined => {
  if (policy.mode === "unknown") return undefined;
  if (policy.mode === "open" || (position !== undefined && !samePosition(position, written.position))) return false;
  return inOrder(policy.allow).join(" ") === written.names.join(" ");
};

/** One file of one program, and what is known about both. */
class FileTarget {
  readonly #settings: FileSettings;
  #chosen: Template | undefined;

  constructor(settings: FileSettings) {
    this.#settings = settings;
  }

  async template(): Promise<Result<Template, ConnectorFault>> {
    const wish = this.#settings.form.template;
    if (this.#chosen !== undefined) return ok(this.#chosen);
    if (typeof wish === "string") {
      const name = TEMPLATE_NAMES.find((one) => one === wish);
      if (name === undefined) return err(refusal("template_broken", `no template is called ${wish}`));
      this.#chosen = TEMPLATES[name];
      return ok(this.#chosen);
    }
    const source = await readFile(wish.own, "utf8").catch((fault: unknown) => new Error(String(fault)));
    if (source instanceof Error) return err(refusal("template_broken", source.message));
    const made = ownTemplate(source);
    if (!made.ok) return err(refusal("template_broken", `${wish.own}: ${made.error}; nothing was written`));
    return made;
  }

  async #input({ list, own }: Change, written: Written | undefined, signal: AbortSignal): Promise<TemplateInput> {
    const { form, serverName, outbound } = this.#settings;
    const { epoch, version, digest, names } = list;
    const position = { epoch, version, digest };
    return {
      audience: serverName,
      position: own === true ? (written?.position ?? position) : position,
      names,
      ...(form.addresses === undefined ? {} : { addresses: form.addresses }),
      ...(outbound === undefined ? {} : { outbound: await outbound(names, signal) }),
    };
  }

  /** Why a list may not go into this file; undefined where it may. */
  #refuse({ list, own }: Change, written: Written | undefined, { limits }: Template): ConnectorFault | undefined {
    const { serverName } = this.#settings;
    if (list.audience !== serverName) return refusal("other_server", `the list is for ${list.audience}`);
    if (list.mode === "observe" && written !== undefined && written.position.version > 0) {
      return refusal("observe_unsupported", "a file has no watching without holding: leave the rule out to observe");
    }
    if (list.names.length > limits.maxNames) return refusal("too_many", `${list.names.length} names`);
    if (written === undefined) return undefined;
    if (written.audience !== serverName) return refusal("other_server", `the file is for ${written.audience}`);
    if (own === true) return undefined;
    if (earlier(list, written.position)) {
      return refusal("version", `the file holds ${written.position.epoch}.${written.position.version}`);
    }
    const forked = list.epoch === written.position.epoch && list.version === written.position.version;
    return forked && list.digest !== written.position.digest
      ? refusal("forked", "another list of this version")
      : undefined;
  }

  /** Writes, and lets the program's own check judge: where it refuses, the text before stands there again. */
  async #write(text: string, before: string | undefined, signal: AbortSignal): Promise<Result<true, ConnectorFault>> {
    const { path, mode, check } = this.#settings.form;
    const written = await replaceFile(path, text, Number.parseInt(mode, 8));
    if (!written.ok || check === undefined) return written;
    const words = await runCommand(check, signal);
    if (words === undefined) return ok(true);
    if (before === undefined) await unlink(path).catch(() => undefined);
    else {
      const back = await replaceFile(path, before, Number.parseInt(mode, 8));
      if (!back.ok) return err({ ...back.error, detail: `${words}; and the file before: ${back.error.detail}` });
    }
    return err(fileFault("check_failed", words));
  }

  /** Waits until the program says what the file says, or its time is over. */
  async #settle(template: Template, written: Written, signal: AbortSignal): Promise<Result<"applied", ConnectorFault>> {
    const within = this.#settings.effectWithin ?? template.limits.effectWithin;
    const until = performance.now() + within;
    let agreed = 0;
    let since = performance.now();
    while (!signal.aborted) {
      const held = await readBack(this.#settings, signal);
      const verdict = held.ok ? obeys(held.value, written) : false;
      // Where nobody can be asked, only a probe can tell: what was done is all that can be said.
      if (verdict === undefined) return ok("applied");
      agreed = verdict ? agreed + 1 : 0;
      if (!verdict) since = performance.now();
      if (agreed >= AGREED_IN_A_ROW && performance.now() - since >= AGREED_FOR_MS) return ok("applied");
      if (!verdict && performance.now() > until) {
        if (!held.ok && held.error.kind === "untrusted") return held;
        const why = held.ok ? "it still says otherwise" : held.error.detail;
        return err({ code: "not_effective", detail: `told, and after ${within} ms: ${why}`, kind: "away" });
      }
      await pause(LOOK_EVERY_MS);
    }
    return err({ code: "aborted", detail: "given up before the program said what it holds", kind: "away" });
  }

  async apply(change: Change, signal: AbortSignal): Promise<Result<"applied" | "awaiting_restart", ConnectorFault>> {
    const template = await this.template();
    if (!template.ok) return template;
    const { form } = this.#settings;
    const before = await readTarget(form.path);
    if (!before.ok) return before;
    const written = before.value === undefined ? undefined : template.value.read(before.value);
    const fault = this.#refuse(change, written, template.value);
    if (fault !== undefined) return err(fault);
    // To observe is to leave what rules now as it is: there is nothing to write.
    if (change.list.mode === "observe") return ok("applied");
    const text = template.value.render(await this.#input(change, written, signal));
    const says = template.value.read(text);
    if (says === undefined) return err(refusal("template_broken", "its text cannot be read back; nothing was written"));
    if (text !== before.value) {
      const done = await this.#write(text, before.value, signal);
      if (!done.ok) return done;
    } else {
      const held = await readBack(this.#settings, signal);
      // One agreeing answer is not enough: an earlier telling whose reply was lost may still be taking hold.
      if (held.ok && obeys(held.value, says) === true) return this.#settle(template.value, says, signal);
      if (!held.ok && held.error.kind === "untrusted") return held;
    }
    if (form.reload === undefined) return ok("awaiting_restart");
    const told = await tell(form.reload, this.#settings.http, signal);
    return told.ok ? this.#settle(template.value, says, signal) : told;
  }

  async observe(signal: AbortSignal): Promise<Result<Observed, ConnectorFault>> {
    const template = await this.template();
    if (!template.ok) return template;
    const text = await readTarget(this.#settings.form.path);
    if (!text.ok) return text;
    const held = await readBack(this.#settings, signal);
    if (!held.ok) return held;
    const written = text.value === undefined ? undefined : template.value.read(text.value);
    const stored: Observed["stored"] =
      written === undefined
        ? { mode: "unknown", why: text.value === undefined ? "no_file" : "edited_by_hand" }
        : ({ mode: "closed", allow: new Set(written.names) } satisfies Policy);
    const agrees = written !== undefined && obeys(held.value, written) === true;
    const position = held.value.position ?? (agrees ? written.position : undefined);
    const { epoch = 0, version = 0 } = position ?? {};
    const name = typeof this.#settings.form.template === "string" ? this.#settings.form.template : "own";
    const alarms: readonly Alarm[] = held.value.policy.mode === "open" ? ["open"] : [];
    return ok({
      stored,
      effective: [{ name, epoch, version, seenAt: this.#settings.clock.now(), policy: held.value.policy }],
      ...(position === undefined ? {} : { position }),
      alarms,
      detail:
        stored.mode === "unknown" && stored.why === "edited_by_hand" ? "the file was changed by another hand" : "",
    });
  }
}

/**
 * A file that some program reads: for what no portal can push to. Made by an agent on the same machine, never by the
 * portal: it runs commands and writes files with the rights of whoever runs it.
 */
export const fileConnector = (settings: FileSettings): Connector => {
  const target = new FileTarget(settings);
  const { template } = settings.form;
  const named = TEMPLATE_NAMES.find((one) => one === template);
  const limits = named === undefined ? OWN_LIMITS : TEMPLATES[named].limits;
  return {
    kind: "file",
    limits,
    observe: (signal) => target.observe(signal),
    apply: (change, signal) => target.apply(change, signal),
    resetDestination: false,
  };
};
