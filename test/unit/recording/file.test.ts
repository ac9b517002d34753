import { expect } from "chai";
import { McapIndexedReader, TempBuffer } from "@mcap/core";
import { parse } from "@foxglove/rosmsg";
import { MessageReader } from "@foxglove/rosmsg2-serialization";
import fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds } from "../../../src/domain/units.ts";
import { readHeader, summarise } from "../../../src/recording/read.ts";
import { openRecorder } from "../../../src/recording/recorder.ts";
import type { Recorded } from "../../../src/recording/records.ts";
import { anyRecord, event, failure, header, jointState, readAll, recorded } from "../../support/recordings.ts";

describe("A recording", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "onarm-recording-"));
    path = join(folder, "run.mcap");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("gives back every record in the order it was taken, whatever the sizes of its chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(...Object.values(anyRecord)), { maxLength: 30 }),
        fc.integer({ min: 1, max: 2000 }),
        async (records, chunkBytes) => {
          await writeFile(path, await recorded(records, { chunkBytes }));
          const { records: back, error } = await readAll(path);
          expect(error).to.equal(undefined);
          const untimed = (list: readonly Recorded[]) => list.map(({ at: _, ...rest }) => rest);
          expect(untimed(back)).to.deep.equal(untimed(records));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("opens with the plain MCAP library: profile ros2, indexed, joint states in CDR by the schema it carries", async () => {
    const records = Array.from({ length: 500 }, (_, i) => [jointState(i / 100), event(i / 100)]).flat();
    const bytes = await recorded(records);
    const reader = await McapIndexedReader.Initialize({ readable: new TempBuffer(bytes) });
    expect(reader.header.profile).to.equal("ros2");
    expect(reader.chunkIndexes.length).to.be.above(1);
    expect(reader.statistics?.messageCount).to.equal(1000n);
    expect(reader.summaryOffsetsByOpcode.size).to.equal(5); // schemas, channels, statistics, metadata, chunks
    for (const [opcode, { groupStart }] of reader.summaryOffsetsByOpcode) expect(bytes[Number(groupStart)]).to.equal(opcode);
    const channel = [...reader.channelsById.values()].find(({ topic }) => topic === "/joint_states")!;
    const schema = reader.schemasById.get(channel.schemaId)!;
    expect([channel.messageEncoding, schema.encoding, schema.name]).to.deep.equal([
      "cdr",
      "ros2msg",
      "sensor_msgs/msg/JointState",
    ]);
    const definitions = parse(new TextDecoder().decode(schema.data), { ros2: true });
    const messages = new MessageReader<{ name: string[]; position: Float64Array }>(definitions);
    const from = 1_700_000_000_250_000_000n;
    const seen: number[] = [];
    for await (const message of reader.readMessages({ topics: ["/joint_states"], startTime: from + 1_000_000_000n })) {
      const { name, position } = messages.readMessage(message.data);
      expect(name).to.deep.equal(["j0", "j1"]);
      expect(Number(message.logTime - from) / 1e9).to.be.closeTo(position[0]!, 1e-9);
      seen.push(position[0]!);
    }
    expect(seen).to.deep.equal(Array.from({ length: 400 }, (_, i) => (i + 100) / 100));
  });

  it("is summed up by channel, episode, step, stop and clamp", async () => {
    const command = { kind: "velocity", value: [0, 0], period: seconds(0.01) } as const;
    const verdict = (at: number, kind: "pass" | "clamp" | "stop"): Recorded => ({
      channel: "/onarm/verdict",
      at: seconds(at),
      asked: command,
      verdict:
        kind === "stop"
          ? { kind, reason: "workspace" }
          : kind === "pass"
            ? { kind, command }
            : { kind, command, joints: [0], reason: "speed" },
    });
    const { config, bundle, calibration, seed, commit } = header;
    const begin = (at: number, episode: number): Recorded => ({
      ...{ channel: "/onarm/episode", phase: "begin", at: seconds(at), episode, task: 3, policyVersion: 0 },
      ...{ config, bundle, calibration, seed, commit },
    });
    const end = (at: number, episode: number, success?: boolean): Recorded => ({
      ...{
        channel: "/onarm/episode",
        phase: "end",
        at: seconds(at),
        episode,
        steps: 1,
        last: Float32Array.of(1),
        terminated: false,
      },
      ...{ human: false, stops: 0, clamps: 1, ...(success === undefined ? {} : { success }) },
    });
    const step = (at: number): Recorded => ({
      ...{ channel: "/onarm/transition", at: seconds(at), episode: 0, step: 0 },
      ...{ observation: Float32Array.of(1), action: Float32Array.of(0) },
    });
    const records = [
      ...[begin(1, 0), verdict(1.5, "pass"), step(2), verdict(2.5, "clamp"), end(3, 0, true)],
      ...[begin(4, 1), step(5), end(6, 1), begin(7, 2), verdict(8, "stop")],
    ];
    await writeFile(path, await recorded(records));
    expect(await summarise(path)).to.deep.equal({
      header,
      channels: { "/onarm/episode": 5, "/onarm/verdict": 3, "/onarm/transition": 2 },
      episodes: { begun: 3, ended: 2, succeeded: 1 },
      ...{ steps: 2, stops: 1, clamps: 1, first: 1, last: 8, duration: 7 },
    });
    expect(await readHeader(path)).to.deep.equal(header);
  });

  it("without a single record is whole, and empty", async () => {
    await writeFile(path, await recorded([]));
    const { channels, duration, damage } = await summarise(path);
    expect([channels, duration, damage]).to.deep.equal([{}, 0, undefined]);
  });

  it("never takes the place of another file", async () => {
    await writeFile(path, "precious");
    expect(await failure(openRecorder(path, header))).to.have.property("code", "file.exists");
    expect(await failure(openRecorder(join(path, "below", "a.mcap"), header))).to.have.property("code", "storage.failed");
  });
});
