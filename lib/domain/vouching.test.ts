import { describe, expect, it } from "vitest";
import { mayVouch, vouchedWrongly } from "./vouching.ts";

const FV = "orgnr:2021005521";
const TS = "orgnr:2021006297";

describe("what a provider may vouch for", () => {
  it("covers an agency that is named and no other", () => {
    expect(mayVouch([FV], { role: "approver", identifierKey: FV })).toBe(true);
    expect(mayVouch([FV], { role: "approver", identifierKey: TS })).toBe(false);
    expect(mayVouch([FV], { role: "approver", identifierKey: undefined })).toBe(false);
  });
  it("covers nobody where the list is empty", () => {
    expect(mayVouch([], { role: "auditor", identifierKey: FV })).toBe(false);
  });
  it("covers coordinators and operators only where it says so", () => {
    expect(mayVouch([FV], { role: "coordinator", identifierKey: undefined })).toBe(false);
    expect(mayVouch([FV], { role: "operator", identifierKey: undefined })).toBe(false);
    expect(mayVouch(["federation"], { role: "coordinator", identifierKey: undefined })).toBe(true);
    expect(mayVouch(["operators"], { role: "operator", identifierKey: undefined })).toBe(true);
  });
  it("covers all with a star", () => {
    expect(mayVouch("*", { role: "coordinator", identifierKey: undefined })).toBe(true);
    expect(mayVouch("*", { role: "administrator", identifierKey: TS })).toBe(true);
  });
  it("names each organisation that was claimed without leave, however it is spelt", () => {
    expect(vouchedWrongly([FV], ["202100-5521", FV])).toEqual([]);
    expect(vouchedWrongly([FV], ["2021005521", "202100-6297"])).toEqual(["202100-6297"]);
    expect(vouchedWrongly("*", [TS])).toEqual([]);
  });
});
