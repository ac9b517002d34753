import { expect } from "chai";
import fc from "fast-check";
import { intake } from "../../../src/telemetry/intake.ts";
import { payload } from "../../../src/telemetry/messages.ts";

const topic = "onarm/v1/lab/arm1/fault";
const bytes = (seq: number, session = "s") =>
  new TextEncoder().encode(payload("fault", { session, seq, now: 0 }, { level: "warn", cause: "c", text: "t" }));

describe("who gathers what a fleet says", () => {
  it("hands each message on once, in whatever order and however often it comes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(12), fc.constantFrom("s1", "s2")), { maxLength: 60 }), (deliveries) => {
        const taking = intake();
        const taken = deliveries.flatMap(([seq, session]) =>
          taking.take(topic, bytes(seq, session)) ? [`${session} ${seq}`] : [],
        );
        const met = [...new Set(deliveries.map(([seq, session]) => `${session} ${seq}`))];
        expect(taken).to.deep.equal(met);
        expect(taking.counts()).to.deep.equal({ taken: met.length, duplicates: deliveries.length - met.length, malformed: 0 });
      }),
    );
  });

  it("knows what is missing before the last that came", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(15), { minLength: 1 }), (seqs) => {
        const taking = intake();
        for (const seq of seqs) taking.take(topic, bytes(seq));
        const missing = taking
          .gaps(topic, "s")
          .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, k) => first + k));
        const wanted = Array.from({ length: Math.max(...seqs) }, (_, k) => k).filter((seq) => !seqs.includes(seq));
        expect(missing).to.deep.equal(wanted);
      }),
    );
    expect(intake().gaps(topic, "s")).to.deep.equal([]);
  });

  it("tells two arms and two topics apart, and counts what is no message", () => {
    const taking = intake();
    expect(taking.take(topic, bytes(0))).to.include({ seq: 0 });
    expect(taking.take("onarm/v1/lab/arm2/fault", bytes(0))).to.include({ seq: 0 });
    expect(taking.take(topic, new Uint8Array([1]))).to.equal(undefined);
    expect(taking.counts()).to.deep.equal({ taken: 2, duplicates: 0, malformed: 1 });
  });

  it("does not grow without bound when the first of many never comes", () => {
    const taking = intake();
    for (let seq = 1; seq <= 10_001; seq++) taking.take(topic, bytes(seq));
    expect(taking.gaps(topic, "s")).to.deep.equal([]);
    expect(taking.take(topic, bytes(0))).to.equal(undefined);
    expect(taking.take(topic, bytes(10_002))).to.include({ seq: 10_002 });
  });
});
