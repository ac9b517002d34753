import { expect } from "chai";
import { bytesOf, code, files, textOf } from "./files.ts";

const maxLines = 260;
/** Written in two halves so that this file does not find itself. */
const either = (...halves: readonly (readonly [string, string])[]) => new RegExp(halves.map(([a, b]) => a + b).join("|"));

const machinePath = either(
  ["/wo", "rk/(main|shared)\\b"],
  ["/ho", "me/\\w"],
  ["/Use", "rs/\\w"],
  ["[A-Z]:\\\\Use", "rs\\\\"],
  ["/tm", "p/brief"],
);
const registryHost = either(
  ["registry\\.np", "mjs"],
  ["registry\\.ya", "rnpkg"],
  ["deb\\.deb", "ian\\.org"],
  ["py", "pi\\.org"],
  ["npm\\.pkg\\.git", "hub"],
);
const narrowed = either(["\\b(it|describe|context|specify)\\.on", "ly\\("]);
const unfinished = either(["\\bTO", "DO\\b"], ["\\bFIX", "ME\\b"], ["\\bXX", "X\\b"]);

const having = (list: readonly string[], pattern: RegExp, read: (file: string) => string = textOf) =>
  list.filter((file) => pattern.test(read(file)));

describe("the repository's text", () => {
  it("names no path of somebody's machine, not even inside data files", () => {
    expect(having(files, machinePath, bytesOf)).to.deep.equal([]);
  });

  it("names no package registry's host", () => {
    expect(having(files, registryHost, bytesOf)).to.deep.equal([]);
  });

  it("locks packages by version and hash, never by the address they came from", () => {
    const packages = ["package-lock.json", "tools/mutation/package-lock.json"].flatMap((file) => {
      const lock = JSON.parse(textOf(file)) as {
        packages: Record<string, { resolved?: string; integrity?: string; version?: string }>;
      };
      return Object.entries(lock.packages).filter(([where]) => where !== "");
    });
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).to.deep.equal([]);
    expect(packages.filter(([, { integrity }]) => integrity === undefined).map(([where]) => where)).to.deep.equal([]);
  });

  it("pins every dependency to one version", () => {
    const ranges = ["package.json", "tools/mutation/package.json"].flatMap((file) => {
      const manifest = JSON.parse(textOf(file)) as Record<string, Record<string, string> | undefined>;
      return Object.entries({ ...manifest["dependencies"], ...manifest["devDependencies"] });
    });
    expect(ranges.filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range))).to.deep.equal([]);
  });

  it(`keeps a file to ${maxLines} lines, or it says at its top why it is long`, () => {
    const long = code.filter((file) => {
      const text = textOf(file);
      return text.trimEnd().split("\n").length > maxLines && !/^(#!.*\n)?(\/\/|\/\*|<!--) ?Long because /.test(text);
    });
    expect(long).to.deep.equal([]);
  });

  it("narrows no test run", () => {
    expect(
      having(
        code.filter((file) => file.startsWith("test/")),
        narrowed,
      ),
    ).to.deep.equal([]);
  });

  it("leaves nothing marked as unfinished", () => {
    expect(
      having(
        files.filter((file) => /\.([cm]?[jt]s|css|html|md|ya?ml|json)$/.test(file) && !file.endsWith("package-lock.json")),
        unfinished,
      ),
    ).to.deep.equal([]);
  });

  it("looks at real files", () => {
    expect(code).to.include("launch/main.ts");
    expect(files).to.include("package.json");
    expect(machinePath.test(["/ho", "me/someone/x"].join(""))).to.equal(true);
  });
});
