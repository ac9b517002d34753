import { expect } from "chai";
import fc from "fast-check";
import { keysOf } from "../../../src/operator/keys.ts";

const tokens = { operator: "of-programs", viewer: "watching" };
const made = (from?: number, secret = "secret") => {
  const spent: number[] = [];
  return { keys: keysOf(tokens, secret, from, (links) => spent.push(links)), spent };
};

describe("the keys to the page", () => {
  it("let a program in by its token as often as it comes, and a viewer by theirs", () => {
    const { keys, spent } = made();
    for (let i = 0; i < 3; i++) expect(keys.enter("of-programs")).to.deep.equal({ role: "operator" });
    expect(keys.enter("watching")).to.deep.equal({ role: "viewer" });
    expect(keys.enter("other")).to.equal(undefined);
    expect(spent).to.deep.equal([]);
  });

  it("exchange a link's token once, for a session that goes on working", () => {
    const { keys, spent } = made();
    const link = keys.link();
    expect(keys.roleOf(link), "only to get in").to.equal(undefined);
    const { role, session } = keys.enter(link)!;
    expect(role).to.equal("operator");
    expect(keys.enter(link)).to.equal(undefined);
    expect(keys.enter(session!)).to.deep.equal({ role: "operator" });
    expect(keys.roleOf(session!)).to.equal("operator");
    expect(spent).to.deep.equal([1]);
  });

  it("make a new link on demand, and the one before void", () => {
    const { keys, spent } = made();
    const [first, second] = [keys.link(), keys.renew()];
    expect(keys.enter(first)).to.equal(undefined);
    expect(keys.link()).to.equal(second);
    expect(keys.enter(second)?.role).to.equal("operator");
    expect(spent).to.deep.equal([1, 2]);
  });

  it("know the same sessions and used links when the page comes back, and those of no other run", () => {
    const before = made();
    const link = before.keys.link();
    const { session } = before.keys.enter(link)!;
    const after = made(before.spent.at(-1)).keys;
    expect(after.roleOf(session!)).to.equal("operator");
    expect(after.enter(link)).to.equal(undefined);
    const other = made(0, "another secret").keys;
    expect(other.roleOf(session!)).to.equal(undefined);
    expect(other.enter(link)).to.equal(undefined);
  });

  it("never use one token for two things: links, sessions and tokens all differ", () => {
    const { keys } = made();
    const all = Array.from({ length: 50 }, () => [keys.link(), keys.enter(keys.link())!.session!]).flat();
    expect(new Set(all).size).to.equal(100);
  });

  it("let nothing else in, whatever it looks like", () => {
    const { keys } = made();
    const { session } = keys.enter(keys.link())!;
    const mac = session!.slice(session!.indexOf(".") + 1);
    const near = fc.oneof(
      fc.string(),
      fc.nat().map((n) => `${n}.${"A".repeat(43)}`),
      fc.constantFrom(mac, `1.${mac}`, `00.${mac}`, `-0.${mac}`, `${session} `, `${session}A`, session!.toUpperCase(), ""),
    );
    fc.assert(fc.property(near, (token) => keys.enter(token) === undefined));
  });
});
