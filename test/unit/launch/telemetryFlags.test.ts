import { Command } from "commander";
import { expect } from "chai";
import { telemetryFlags, telemetryOptions } from "../../../launch/telemetryFlags.ts";
import { metricsOf } from "../../../launch/telemetryMetrics.ts";
import { seconds } from "../../../src/domain/units.ts";
import { metricsText } from "../../../src/telemetry/metrics.ts";

const parsed = (...args: string[]) => telemetryFlags(new Command()).exitOverride().parse(args, { from: "user" }).opts();
const options = (args: readonly string[], env = {}) => telemetryOptions(parsed(...args), "run-1", "/runs", env);

describe("naming a fleet's broker on the command line", () => {
  it("is left out where nobody is to be told", () => {
    expect(options([])).to.equal(undefined);
    expect(options([], { ONARM_MQTT_PASSWORD: "x" })).to.equal(undefined);
  });

  it("takes the place from flags and the password from the environment alone", () => {
    const args = ["--mqtt", "mqtts://broker:8883", "--mqtt-ca", "ca.pem", "--site", "lab", "--robot", "arm1"];
    expect(options(args, { ONARM_MQTT_USERNAME: "arm1", ONARM_MQTT_PASSWORD: "secret" })).to.deep.equal({
      url: "mqtts://broker:8883",
      ca: "ca.pem",
      site: "lab",
      robot: "arm1",
      username: "arm1",
      password: "secret",
      session: "run-1",
      store: "/runs/telemetry.jsonl",
    });
    expect(options(args)).not.to.have.any.keys("username", "password");
    expect(() => parsed("--mqtt-password", "secret")).to.throw();
  });

  it("is refused in halves", () => {
    for (const args of [
      ["--site", "lab"],
      ["--robot", "arm1"],
      ["--mqtt-ca", "ca.pem"],
    ])
      expect(() => options(args)).to.throw(new RegExp(`${args[0]} means nothing without --mqtt`));
    expect(() => options(["--mqtt", "mqtt://b", "--site", "lab"])).to.throw(/--robot/);
  });
});

describe("a run as metrics see it", () => {
  const usage = { contacts: 1, clamps: 2, metres: 3, seconds: 60, tip: undefined, touching: false };
  const percentiles = { p50: 10, p99: 10, p999: 10, max: 10 };
  const run = {
    arm: "sawyer",
    controller: {
      mode: () => ({ is: "running" as const }),
      state: () => ({ at: seconds(9.99), position: [], velocity: [], effort: [] }),
      counters: () => ({ ticks: 5, clamps: 0, stops: 0, dropped: 0 }),
      exploration: () => ({ usage, spent: undefined }),
    },
    clock: { now: () => seconds(10) },
    limits: { exploration: { contacts: 10, clamps: 10, metres: 10, minutes: 10, clampShare: 0.5 } },
    cadence: { periodMs: percentiles, stateAgeMs: percentiles, late: 0, lateShare: 0 },
    recorder: { written: 1, dropped: 0, refused: 0, bytes: 100 },
    ...{ holds: 0, episodes: 1, steps: 50 },
  };

  it("is complete, and ages are measured now", () => {
    const text = metricsText(metricsOf(run));
    expect(/^onarm_state_age_now_seconds\S* (\S+)$/m.exec(text)?.[1]).to.match(/^0\.0(10*|09{5,})/);
    for (const name of ["exploration_budget", "recorder_bytes_total", "episodes_total", "late_periods_total"])
      expect(text).to.include(`onarm_${name}`);
    expect(text).not.to.include("telemetry");
  });

  it("counts what never reached the store as given up", () => {
    const counts = { waiting: 0, waitingBytes: 0, sent: 4, dropped: 2, connected: false, connects: 1, stateSeq: 0, unkept: 3 };
    const text = metricsText(metricsOf({ ...run, telemetry: { ...counts, commands: { accepted: 0, refused: 0 } } }));
    expect(text).to.match(/telemetry_dropped_messages_total\S* 5$/m);
  });
});
