import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { openLogFile, type LogOptions, type LogRecord } from "../../../launch/logging.ts";
import { masked, redacted, secretsOf } from "../../../launch/secrets.ts";

const info = (text: string, fields?: LogRecord["fields"]): LogRecord => ({
  level: "info",
  code: "test",
  text,
  ...(fields ? { fields } : {}),
});

describe("the log of a run", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "onarm-log-"));
    file = path.join(folder, "run.log");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const logTo = async (more: Partial<LogOptions> = {}) =>
    await openLogFile(file, { level: "info", redact: (line) => line, ...more });
  const linesOf = (name = file) =>
    readFileSync(name, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as LogRecord & { time: string; at: number });

  it("is one JSON object a line: wall time, monotonic time, level, code, text, fields; after what was there before", async () => {
    for (const n of [1, 2]) {
      const log = await logTo({ wall: () => 1_700_000_000_000, now: () => 12.345678 });
      log.record(info(`the line ${n}\nand more`, { joint: 3, value: NaN }));
      await log.close();
    }
    expect(linesOf()).to.deep.equal(
      [1, 2].map((n) => ({
        time: "2023-11-14T22:13:20.000Z",
        at: 12.3457,
        level: "info",
        code: "test",
        text: `the line ${n}\nand more`,
        fields: { joint: 3, value: "NaN" },
      })),
    );
  });

  it("keeps the order of what it is told, all of it", async () => {
    const log = await logTo();
    for (let i = 0; i < 3000; i++) {
      log.record(info(String(i)));
      if (i % 700 === 0) await new Promise(setImmediate);
    }
    await log.close();
    expect(linesOf().map(({ text }) => text)).to.deep.equal(Array.from({ length: 3000 }, (_, i) => String(i)));
  });

  it("leaves out what is less grave than asked", async () => {
    const log = await logTo({ level: "warn" });
    for (const level of ["debug", "info", "warn", "error"] as const) log.record({ ...info(level), level });
    await log.close();
    expect(linesOf().map(({ level }) => level)).to.deep.equal(["warn", "error"]);
  });

  it("never takes more room than its files may, and loses only the oldest lines", async () => {
    const log = await logTo({ maxBytes: 1000, keep: 2 });
    for (let i = 0; i < 200; i++) {
      log.record(info(`line ${i}`));
      if (i % 7 === 0) await new Promise(setImmediate);
    }
    await log.close();
    const names = readdirSync(folder).sort();
    expect(names).to.deep.equal(["run.log", "run.log.1", "run.log.2"]);
    for (const name of names) expect(statSync(path.join(folder, name)).size, name).to.be.at.most(1000);
    const kept = [...names].reverse().flatMap((name) => linesOf(path.join(folder, name)).map(({ text }) => text));
    expect(kept).to.deep.equal(Array.from({ length: kept.length }, (_, i) => `line ${200 - kept.length + i}`));
    expect(kept.length).to.be.above(15);
  });

  it("begins a new file where an older run had filled it, and takes a line that is longer than a file", async () => {
    writeFileSync(file, "x".repeat(990));
    const log = await logTo({ maxBytes: 1000, keep: 1 });
    log.record(info("y".repeat(2000)));
    log.record(info("after"));
    await log.close();
    expect(linesOf().map(({ text }) => text)).to.deep.equal(["after"]);
    expect(linesOf(`${file}.1`)[0]!.text).to.have.length(2000);
  });

  it("gives lines up and says how many, rather than letting them pile up before a slow disk", async () => {
    const log = await logTo();
    for (let i = 0; i < 25_000; i++) log.record(info(String(i)));
    await log.close();
    log.record(info("too late"));
    const lines = linesOf();
    const lost = lines.find(({ code }) => code === "log")!;
    expect(lost).to.include({ level: "warn" });
    expect(Number(/^(\d+) lines/.exec(lost.text)![1]) + lines.length - 1).to.equal(25_000);
  });

  it("writes what is left at once for a process that ends in a hurry", async () => {
    const log = await logTo();
    log.record(info("first"));
    log.record({ ...info("the last word"), level: "error" });
    log.flush();
    expect(readFileSync(file, "utf8")).to.include("the last word");
    await log.close();
  });

  it("refuses a file that cannot be", async () => {
    for (const where of [folder, path.join(folder, "no", "where.log")]) {
      const error = await openLogFile(where, { level: "info", redact: (line) => line }).catch((e: unknown) => e);
      expect(error).to.be.an("error");
    }
  });

  it("lets no text past the hand that takes secrets out", async () => {
    const log = await logTo({ redact: (line) => redacted(line, ["hunter22"]) });
    log.record(info("the token is hunter22", { deep: { link: "http://127.0.0.1:1/?token=abc", quoted: '"hunter22"' } }));
    await log.close();
    expect(readFileSync(file, "utf8")).to.not.match(/hunter22|token=abc/);
    expect(linesOf()[0]!.fields).to.deep.equal({ deep: { link: "http://127.0.0.1:1/?token=[secret]", quoted: '"[secret]"' } });
  });
});

describe("secrets", () => {
  it("are masked in a command line, however they are given", () => {
    expect(masked(["run", "--token", "hunter22", "--port", "0"])).to.deep.equal(["run", "--token", "[secret]", "--port", "0"]);
    expect(masked(["run", "--token=hunter22", "--tokens", "3"])).to.deep.equal(["run", "--token=[secret]", "--tokens", "3"]);
  });

  it("are known from the command line and from the environment", () => {
    const env = { ONARM_TOKEN: "of-the-environment", ONARM_MQTT_PASSWORD: "of-the-broker", ONARM_SITE: "lab", PATH: "/bin" };
    expect(secretsOf(["run", "--token", "hunter22", "--token=another", "--token", "t"], env)).to.deep.equal([
      "hunter22",
      "another",
      "of-the-environment",
      "of-the-broker",
    ]);
  });

  it("are taken out of links, headers and addresses also where nobody knew them", () => {
    expect(redacted("see http://127.0.0.1:8642/?token=0.abc-_9&x=1 now", [])).to.equal(
      "see http://127.0.0.1:8642/?token=[secret]&x=1 now",
    );
    expect(redacted("Authorization: Bearer abc.def", [])).to.equal("Authorization: Bearer [secret]");
    expect(redacted("mqtts://arm:pass@broker:8883", [])).to.equal("mqtts://arm:[secret]@broker:8883");
  });

  it("never survive, whatever stands around them", () => {
    const token = fc.stringMatching(/^[\w-]{8,40}$/);
    fc.assert(
      fc.property(token, fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!before.includes(secret) && !"[secret]".includes(secret));
        return !redacted(`${before}${secret}${after}`, [secret]).includes(secret);
      }),
    );
  });
});
