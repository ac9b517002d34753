import { expect } from "chai";
import fc from "fast-check";
import { backlog, keyOf, type Kept } from "../../../src/telemetry/backlog.ts";

const kept = (seq: number, channel: Kept["channel"] = "episode", session = "s"): Kept => ({
  topic: `onarm/v1/lab/arm1/${channel}`,
  session,
  channel,
  seq,
  text: `{"seq":${seq}}`,
});
const roomy = { count: 1000, bytes: 1e6 };
const none = new Set<string>();

describe("what waits for the broker", () => {
  it("goes out oldest first and waits until the broker has it", () => {
    const held = backlog(roomy);
    for (const seq of [0, 1, 2]) held.put(kept(seq));
    expect(held.next(none)?.seq).to.equal(0);
    expect(held.next(new Set([keyOf(kept(0))]))?.seq).to.equal(1);
    held.sent(keyOf(kept(0)));
    expect(held.next(none)?.seq).to.equal(1);
    expect(held.counts()).to.include({ waiting: 2, sent: 1, dropped: 0 });
  });

  it("gives up the oldest episodes first when there is no room, faults last, and counts them", () => {
    const held = backlog({ count: 3, bytes: 1e6 });
    held.put(kept(0, "fault"));
    for (const seq of [0, 1, 2, 3]) held.put(kept(seq));
    expect(held.all().waiting.map(({ channel, seq }) => `${channel} ${seq}`)).to.deep.equal([
      "fault 0",
      "episode 2",
      "episode 3",
    ]);
    expect(held.counts().dropped).to.equal(2);
    for (const seq of [1, 2, 3]) held.put(kept(seq, "fault"));
    expect(held.all().waiting.map(({ channel, seq }) => `${channel} ${seq}`)).to.deep.equal(["fault 1", "fault 2", "fault 3"]);
    expect(held.counts().dropped).to.equal(5);
  });

  it("makes room of what was sent before it gives up anything, and does not count that as lost", () => {
    const held = backlog({ count: 2, bytes: 1e6 });
    held.put(kept(0));
    held.sent(keyOf(kept(0)));
    held.put(kept(1));
    held.put(kept(2));
    expect(held.counts()).to.include({ waiting: 2, dropped: 0 });
    expect(held.again("s", "episode", 0, 0)).to.equal(0);
  });

  it("takes no number twice, also after it was sent or given up", () => {
    const held = backlog({ count: 1, bytes: 1e6 });
    expect([0, 0, 1, 0, 1].map((seq) => held.put(kept(seq)))).to.deep.equal([true, false, true, false, false]);
    held.sent(keyOf(kept(1)));
    expect(held.put(kept(1))).to.equal(false);
    expect(held.put(kept(1, "fault"))).to.equal(true);
    expect(held.put(kept(0, "episode", "other"))).to.equal(true);
  });

  it("comes back out of a file in whatever order it lay there", () => {
    const held = backlog(roomy);
    for (const seq of [5, 1, 5, 3]) held.hold(kept(seq));
    expect(held.all().waiting.map(({ seq }) => seq)).to.deep.equal([5, 1, 3]);
    expect([4, 6].map((seq) => held.put(kept(seq)))).to.deep.equal([false, true]);
  });

  it("says again what was sent, as far as it is still there", () => {
    const held = backlog(roomy);
    for (const seq of [0, 1, 2, 3]) {
      held.put(kept(seq));
      held.sent(keyOf(kept(seq)));
    }
    expect(held.again("s", "episode", 1, 2)).to.equal(2);
    expect(held.all().waiting.map(({ seq }) => seq)).to.deep.equal([1, 2]);
    expect(held.again("s", "episode", 1, 2)).to.equal(0);
    expect(held.again("other", "episode", 0, 9) + held.again("s", "fault", 0, 9)).to.equal(0);
  });

  it("stays within its bounds, and every message is waiting, sent, or counted as given up", () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant("put" as const),
        channel: fc.constantFrom<Kept["channel"]>("episode", "fault"),
        size: fc.nat(200),
      }),
      fc.record({ do: fc.constant("sent" as const) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 400, max: 3000 }),
        (steps, count, bytes) => {
          const held = backlog({ count, bytes });
          const seqs = { episode: 0, fault: 0 };
          let put = 0;
          for (const each of steps) {
            if (each.do === "put") {
              const message = { ...kept(seqs[each.channel]++, each.channel), text: "x".repeat(each.size) };
              held.put(message);
              put++;
            } else {
              const next = held.next(none);
              if (next) held.sent(keyOf(next));
            }
            const { waiting, sent } = held.all();
            expect(waiting.length + sent.length).to.be.at.most(count);
            const total = [...waiting, ...sent].reduce((sum, { text, topic }) => sum + text.length + topic.length + 64, 0);
            expect(total).to.be.at.most(bytes);
            const counts = held.counts();
            expect(counts.waiting + counts.sent + counts.dropped).to.equal(put);
            expect(counts.waitingBytes).to.equal(
              waiting.reduce((sum, { text, topic }) => sum + text.length + topic.length + 64, 0),
            );
          }
        },
      ),
    );
  });
});
