import { expect } from "chai";
import fc from "fast-check";
import {
  AHEAD,
  emptyBook,
  judge,
  LIFETIME,
  parseCommand,
  type Book,
  type Command,
  type Reason,
} from "../../../src/telemetry/commands.ts";
import { stampOf } from "../../../src/telemetry/messages.ts";

const NOW = 1.7e9;
type Fresh = Exclude<Command, { kind: "stop" }>;
let minted = 0;
const mint = () => `lease-${minted++}`;
const at = (kind: Fresh["kind"], seq: number, more: object = {}, issued = NOW, life = 1): Command =>
  ({ version: 1, kind, from: "desk", seq, issuedAt: stampOf(issued), expiresAt: stampOf(issued + life), ...more }) as Command;
const bytes = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));

/** Judges one after the other; what became of each. */
function through(commands: readonly (readonly [Command, number?])[], from: Book = emptyBook) {
  let book = from;
  return commands.map(([command, now = NOW]) => {
    const judged = judge(book, command, now, mint);
    book = judged.book;
    return judged.judgement.accepted ? "accepted" : judged.judgement.reason;
  });
}
const withLease = (more: object = {}) => {
  const { book, judgement } = judge(emptyBook, at("lease", 0, { seconds: 10, ...more }), NOW, mint);
  return { book, lease: judgement.accepted ? judgement.lease! : "" };
};

describe("commands from afar", () => {
  it("are obeyed while they are fresh, in their turn, and under the lease", () => {
    const { book, lease } = withLease();
    expect(through([[at("hold", 1, { lease })], [at("resume", 2, { lease })], [at("finish", 3, { lease })]], book)).to.deep.equal(
      ["accepted", "accepted", "accepted"],
    );
  });

  it("are refused for each cause by its name", () => {
    const { book, lease } = withLease();
    const why = (command: Command, now = NOW) => through([[command, now]], book)[0];
    const cases: [Reason, Command, number?][] = [
      ["expired", at("hold", 1, { lease }), NOW + 1.001],
      ["future", at("hold", 1, { lease }, NOW + AHEAD + 0.01)],
      ["lifetime", at("hold", 1, { lease }, NOW, LIFETIME + 0.01)],
      ["lifetime", at("hold", 1, { lease }, NOW, 0)],
      ["lifetime", at("hold", 1, { lease }, NOW, -1)],
      ["sequence", at("hold", 0, { lease })],
      ["lease", at("hold", 1, { lease: "a guess" })],
      ["lease", at("hold", 1, { lease, from: "another" })],
      ["lease", at("lease", 1, { seconds: 5, from: "another" })],
    ];
    for (const [reason, command, now] of cases) expect(why(command, now), reason).to.equal(reason);
    expect(why(at("hold", 1, { lease }), NOW + 1), "to the very end of its life").to.equal("accepted");
    expect(why(at("hold", 1, { lease }, NOW + AHEAD)), "a clock a little ahead").to.equal("accepted");
  });

  it("need a lease that is in force: it ends by itself, can be given back, and then goes to another", () => {
    const { book, lease } = withLease({ seconds: 2 });
    const late = NOW + 2.5;
    expect(through([[at("hold", 1, { lease }, late), late]], book)).to.deep.equal(["lease"]);
    expect(through([[at("lease", 1, { seconds: 5, from: "another" }, late), late]], book)).to.deep.equal(["accepted"]);
    expect(
      through(
        [[at("release", 1, { lease })], [at("hold", 2, { lease })], [at("lease", 1, { seconds: 5, from: "another" })]],
        book,
      ),
    ).to.deep.equal(["accepted", "lease", "accepted"]);
    expect(through([[at("lease", 1, { seconds: 5, lease })], [at("hold", 2, { lease }, NOW + 4), NOW + 4]], book)).to.deep.equal([
      "accepted",
      "accepted",
    ]);
  });

  it("a stop is obeyed whatever its age, number or lease, and whatever else is missing or wrong in it", () => {
    for (const stop of [
      { version: 1, kind: "stop" },
      { version: 1, kind: "stop", seq: -5, issuedAt: "never", expiresAt: stampOf(0), lease: 7, from: { odd: true } },
    ]) {
      const parsed = parseCommand(bytes(stop))!;
      expect(parsed, JSON.stringify(stop)).to.include({ kind: "stop" });
      expect(through([[parsed, NaN]])).to.deep.equal(["accepted"]);
    }
  });

  it("is none that resets, enables, starts or drives", () => {
    for (const kind of ["reset", "enable", "start", "start-manual", "jog", "recover", "promote", "", "STOP"]) {
      expect(parseCommand(bytes({ ...at("hold", 1, { lease: "x" }), kind })), kind).to.equal(undefined);
    }
    expect(parseCommand(bytes({ ...at("hold", 1, { lease: "x" }), extra: 1 }))).to.equal(undefined);
    expect(parseCommand(bytes(at("hold", 1)))).to.equal(undefined);
    expect(parseCommand(bytes(at("hold", 1, { lease: "x" })))).to.include({ kind: "hold" });
  });

  it("are read out of no junk, and reading never throws", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (junk) => parseCommand(junk) === undefined));
    fc.assert(fc.property(fc.json({ maxDepth: 20 }), (json) => parseCommand(new TextEncoder().encode(json)) === undefined));
    for (const deep of ["[".repeat(4000), `{"kind":`.repeat(400)])
      expect(parseCommand(new TextEncoder().encode(deep))).to.equal(undefined);
    expect(parseCommand(bytes({ version: 1, kind: "stop", pad: "x".repeat(4096) }))).to.equal(undefined);
  });

  const when = fc.double({ min: NOW - 20, max: NOW + 20, noNaN: true });
  const any = fc
    .record({
      kind: fc.constantFrom<Fresh["kind"]>("hold", "resume", "finish", "lease", "release"),
      from: fc.constantFrom("a", "b"),
      seq: fc.nat(6),
      issued: when,
      life: fc.double({ min: -2, max: 8, noNaN: true }),
      lease: fc.constantFrom("lease-of-a", "lease-of-b", "none"),
    })
    .map(({ kind, issued, life, ...more }) => at(kind, more.seq, { ...more, seconds: 3 }, issued, life));

  it("pass never out of their time, however they are mixed", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(any, when), { maxLength: 30 }), (list) => {
        let book = emptyBook;
        let now = -Infinity;
        for (const [command, time] of [...list].sort((x, y) => x[1] - y[1])) {
          now = time;
          const owner = book.lease && book.lease.until >= now ? book.lease.from : undefined;
          const judged = judge(book, command, now, () => `lease-of-${(command as Fresh).from}`);
          if (judged.judgement.accepted && command.kind !== "stop") {
            expect(Date.parse(command.expiresAt) / 1000).to.be.at.least(now);
            expect(Date.parse(command.issuedAt) / 1000).to.be.at.most(now + AHEAD);
            if (command.kind !== "lease") expect(owner).to.equal(command.from);
          }
          book = judged.book;
        }
      }),
    );
  });

  it("pass at most once each, however often they are delivered", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }),
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 40, maxLength: 40 }),
        (seqs, waits) => {
          const { book: begun, lease } = withLease({ seconds: 60 });
          let [book, now] = [begun, NOW];
          const passed: number[] = [];
          seqs.forEach((k, n) => {
            now += waits[n]!;
            // Issued once, delivered again and again.
            const judged = judge(book, at("hold", k + 1, { lease }, NOW + k, 5), now, mint);
            book = judged.book;
            if (judged.judgement.accepted) passed.push(k);
          });
          expect(new Set(passed).size).to.equal(passed.length);
        },
      ),
    );
  });

  it("of too many senders at once are refused, and the numbers of those who fell silent are forgotten", () => {
    const many = Array.from({ length: 300 }, (_, k) => [at("lease", 1, { seconds: 1, from: `s${k}` })] as const);
    const outcomes = through(many);
    expect(outcomes.filter((reason) => reason === "senders")).to.have.length(300 - 256);
    let book = emptyBook;
    for (const [command] of many) book = judge(book, command, NOW, mint).book;
    expect(judge(book, at("lease", 1, { seconds: 1, from: "new" }, NOW + 20), NOW + 20, mint).book.senders.size).to.equal(1);
  });
});
