import { expect, it } from "vitest";
import en from "./en.json" with { type: "json" };
import sv from "./sv.json" with { type: "json" };

type Texts = ReadonlyMap<string, string>;

const flatten = (node: object, path: readonly string[] = []): [string, string][] =>
  Object.entries(node).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[[...path, key].join("/"), value]] : flatten(value as object, [...path, key]),
  );

const swedish: Texts = new Map(flatten(sv));
const english: Texts = new Map(flatten(en));

/** Texts that are the same in both languages: names of products, commands and registers. */
const EQUAL = [
  "surroundings/server",
  "agencyFile/server",
  "paper/fromTo",
  "questions/by",
  "opinions/by",
  "nav/product",
  "platform/synapse",
  "platform/element_ess",
  "platform/rocketchat",
  "platform/mattermost",
  "platform/tuwunel",
  "platform/continuwuity",
  "platform/dendrite",
  "scheme/euid",
  "scheme/lei",
  "role/administrator",
  "roleAs/administrator",
  "enforcement/detectedKind/rocketchat",
  "signIn/command",
];

const equalTexts = (a: Texts, b: Texts): string[] =>
  [...a].filter(([key, text]) => b.get(key) === text && !EQUAL.includes(key)).map(([key]) => key);

/** What a text takes: its parameters and its tags, whatever their order. */
const takes = (text: string): string[] =>
  [
    ...new Set([...text.matchAll(/\{(\w+)(?=\}|, plural)|<(\w+)>/g)].map(([, name, tag]) => name ?? `<${tag}>`)),
  ].toSorted();

it("has the same keys in both languages", () => {
  expect([...swedish.keys()].toSorted()).toEqual([...english.keys()].toSorted());
});

it("has no empty text", () => {
  expect([...swedish, ...english].filter(([, text]) => text.trim() === "")).toEqual([]);
});

it("says the same in both languages only where the list allows it", () => {
  expect(equalTexts(swedish, english)).toEqual([]);
});

it("finds a text that was left untranslated", () => {
  expect(equalTexts(new Map([["a", "same"]]), new Map([["a", "same"]]))).toEqual(["a"]);
});

it("takes the same parameters in both languages", () => {
  for (const [key, text] of swedish)
    expect({ key, takes: takes(english.get(key) ?? "") }).toEqual({ key, takes: takes(text) });
});

it("neither exclaims nor says please", () => {
  const faults = [...swedish, ...english].filter(([, text]) => /!|\bplease\b|vänligen/i.test(text));
  expect(faults).toEqual([]);
});

it("never calls what is merely approved in force", () => {
  const approved = [sv.status, en.status].flatMap((texts) =>
    Object.entries(texts).filter(([name, text]) => name !== "in_force" && /i kraft|in force/.test(text)),
  );
  const stages = [sv.stage, en.stage].flatMap((texts) =>
    Object.values(texts).filter((text) => /i kraft|in force/.test(text)),
  );
  expect([...approved, ...stages]).toEqual([]);
});
