import { expect } from "chai";
import { readFileSync } from "node:fs";
import { metricsText, type MetricsSnapshot } from "../../../src/telemetry/metrics.ts";

const whole: MetricsSnapshot = {
  arm: "sawyer",
  mode: "running",
  counters: { ticks: 360_000, clamps: 12, stops: 1, dropped: 3 },
  cadence: {
    periodMs: { p50: 10, p99: 10.4, p999: 11.26, max: 17.5 },
    stateAgeMs: { p50: 5, p99: 9.5, p999: 10.1, max: 21 },
    late: 2,
  },
  stateAge: 0.004,
  holds: 4,
  episodes: 71,
  steps: 35_500,
  recorder: { written: 1_440_000, dropped: 0, refused: 1, bytes: 123_456_789 },
  exploration: {
    usage: { contacts: 5, clamps: 12, metres: 88.25, seconds: 1800 },
    budget: { contacts: 100, clamps: 5000, metres: 500, minutes: 60, clampShare: 0.5 },
  },
  telemetry: {
    connected: true,
    connects: 2,
    waiting: 7,
    waitingBytes: 2048,
    sent: 64,
    dropped: 0,
    commands: { accepted: 3, refused: 9 },
  },
};
const bare: MetricsSnapshot = { arm: "sawyer", mode: "offline", counters: { ticks: 0, clamps: 0, stops: 0, dropped: 0 } };

/** Reads an exposition as a scraper does; throws where it could not. */
function scraped(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const typed = new Map<string, string>();
  for (const line of text.split("\n").slice(0, -1)) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge|summary)$/.exec(line);
    if (type) {
      expect(typed.has(type[1]!), `${type[1]} in one piece`).to.equal(false);
      typed.set(type[1]!, type[2]!);
    } else if (!line.startsWith("# HELP ")) {
      const sample = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$/.exec(line);
      if (!sample) throw new Error(`not to be read: ${line}`);
      expect(typed.has(sample[1]!), `${sample[1]} has a type`).to.equal(true);
      expect(typed.get(sample[1]!) === "counter", sample[1]).to.equal(sample[1]!.endsWith("_total"));
      expect(found.has(line.split(" ")[0]!)).to.equal(false);
      found.set(sample[1]! + (sample[2] ?? ""), Number(sample[3]!.replace("Inf", "Infinity")));
    }
  }
  return found;
}

describe("metrics", () => {
  it("of a whole run read as they are kept in test/golden/metrics.txt", () => {
    const golden = readFileSync(new URL("../../golden/metrics.txt", import.meta.url), "utf8");
    expect(metricsText(whole)).to.equal(golden);
  });

  it("are in SI units, and one mode is on", () => {
    const found = scraped(metricsText(whole));
    expect(found.get('onarm_period_seconds{arm="sawyer",quantile="0.99"}')).to.be.closeTo(0.0104, 1e-12);
    expect(found.get('onarm_exploration_spent{arm="sawyer",budget="minutes"}')).to.equal(30);
    const on = [...found].filter(([name, value]) => name.startsWith("onarm_mode") && value === 1);
    expect(on).to.deep.equal([['onarm_mode{arm="sawyer",mode="running"}', 1]]);
  });

  it("of a run that has no more to tell leave out what is not known", () => {
    const found = scraped(metricsText(bare));
    expect([...found.keys()].filter((name) => /recorder|telemetry|exploration|seconds/.test(name))).to.deep.equal([]);
    expect(found.get('onarm_ticks_total{arm="sawyer"}')).to.equal(0);
  });

  it("can be read whatever the arm is called and whatever was measured", () => {
    const odd = metricsText({ ...bare, arm: 'a"b\\c\nd', stateAge: NaN, holds: Infinity });
    expect(odd).to.include('arm="a\\"b\\\\c\\nd"');
    const found = scraped(odd);
    expect([...found.values()].filter(Number.isNaN)).to.have.length(1);
    expect([...found.values()]).to.include(Infinity);
  });
});
