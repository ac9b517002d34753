import { expect } from "chai";
import { Command } from "commander";
import fc from "fast-check";
import { originOf } from "../../../launch/foxglove/origin.ts";
import { pageFlags, pageOptions, type PageFlags } from "../../../launch/pageFlags.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";

describe("an origin on the command line", () => {
  for (const [text, origin] of [
    ["https://viewer.example", "https://viewer.example"],
    ["https://Viewer.Example:443/", "https://viewer.example"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://[::1]:8080/", "http://[::1]:8080"],
    ["file://", "file://"],
    ["App://Viewer", "app://viewer"],
  ] as const)
    it(`is what a browser sends: ${text} as ${origin}`, () => expect(originOf(text)).to.equal(origin));

  for (const [text, why] of [
    ["*", "would let every page in"],
    ["null", "out of a sandbox"],
    ["", "is no origin"],
    ["viewer.example", "is no origin"],
    ["localhost:8080", "is no origin"],
    ["https://viewer.example/page", "is no origin"],
    ["https://viewer.example?x", "is no origin"],
    ["https://me@viewer.example", "is no origin"],
    ["https://", "is no origin"],
    ["file:///etc/viewer.html", "is no origin"],
    ["data:text/html,x", "is no origin"],
  ] as const)
    it(`is refused with its remedy where it is none: ${text || "nothing"}`, () =>
      expect(() => originOf(text)).to.throw(new RegExp(`^--allow-origin .*${why}; give a page's scheme`)));

  it("is read whatever it is, and read again it is the same", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true }), fc.webAuthority()), (text) => {
        try {
          expect(originOf(originOf(text))).to.equal(originOf(text));
        } catch (error) {
          if (!isOnarmError(error)) throw error;
        }
      }),
      { numRuns: 40 },
    );
  });

  it("may be given more than once, and not where there is no page", () => {
    const options = (...args: string[]) =>
      pageOptions(pageFlags(new Command().option("--headless")).parse(args, { from: "user" }).opts<PageFlags>());
    expect(options("--allow-origin", "https://a.example", "--allow-origin", "https://b.example/")).to.deep.equal({
      port: 8642,
      allowedOrigins: ["https://a.example", "https://b.example"],
    });
    expect(() => options("--allow-origin", "*")).to.throw("would let every page in");
    expect(() => options("--headless", "--allow-origin", "https://a.example")).to.throw(
      "--allow-origin means nothing with --headless",
    );
  });
});
