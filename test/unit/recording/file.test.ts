import { expect } from "chai";
import { McapIndexedReader, TempBuffer } from "@mcap/core";
import { parse } from "@foxglove/rosmsg";
import { MessageReader } from "@foxglove/rosmsg2-serialization";
import fc from "fast-check";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { OnarmError } from "../../../src/domain/errors.ts";
import { seconds } from "../../../src/domain/units.ts";
import { readHeader, readRecording, summarise } from "../../../src/recording/read.ts";
import { openRecorder, type RecorderOptions } from "../../../src/recording/recorder.ts";
import type { Recorded } from "../../../src/recording/records.ts";
import { recover } from "../../../src/recording/recover.ts";
import { memoryDisk } from "../../support/memoryDisk.ts";
import { anyRecord, event, header, jointState } from "../../support/recordings.ts";

async function recorded(records: readonly Recorded[], options: RecorderOptions = {}): Promise<Uint8Array> {
  const disk = memoryDisk();
  const recorder = await openRecorder("memory", header, { create: disk.create, ...options });
  for (const record of records) {
    recorder.write(record);
    if (options.chunkBytes !== undefined) await recorder.flush();
  }
  await recorder.close();
  return disk.bytes();
}

/** What can be read, and the error that ended it. */
async function readAll(path: string): Promise<{ records: Recorded[]; error?: unknown }> {
  const records: Recorded[] = [];
  try {
    for await (const record of readRecording(path)) records.push(record);
    return { records };
  } catch (error) {
    return { records, error };
  }
}

/** Where the data section ends: the head of the DataEnd record. */
const dataEnd = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf(Buffer.from("0f0400000000000000", "hex"));
/** Where the first chunk begins, which follows the header's metadata. */
const firstChunk = (bytes: Uint8Array): number => {
  const commit = Buffer.from(bytes).indexOf("wallOffset");
  return Buffer.from(bytes).indexOf(6, commit + 10);
};

const failure = (job: Promise<unknown>): Promise<unknown> =>
  job.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("A recording", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    // Thousands of files: in memory where the system has such a place.
    folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "onarm-recording-"));
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
    const reader = await McapIndexedReader.Initialize({ readable: new TempBuffer(await recorded(records)) });
    expect(reader.header.profile).to.equal("ros2");
    expect(reader.chunkIndexes.length).to.be.above(1);
    expect(reader.statistics?.messageCount).to.equal(1000n);
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

  it("carries the data checksum that the format asks for, and an error in any chunk is found", async () => {
    const bytes = await recorded([jointState(0), jointState(1), jointState(2)], { chunkBytes: 1 });
    await writeFile(path, bytes);
    expect((await summarise(path)).damage).to.equal(undefined);
    const end = dataEnd(bytes);
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(end + 9, true)).to.equal(crc32(bytes.subarray(0, end)));
    const name = Buffer.from(bytes).lastIndexOf("j1", dataEnd(bytes));
    bytes[name] = "k".charCodeAt(0);
    await writeFile(path, bytes);
    const { records, error } = await readAll(path);
    expect(records).to.deep.equal([jointState(0), jointState(1)]);
    expect(error).to.have.property("code", "file.damaged");
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

  it("torn at any byte gives a prefix of its records, and recover saves exactly that, or says that there is nothing", async function () {
    this.timeout(60_000);
    const records = Array.from({ length: 6 }, (_, i) => (i % 3 === 2 ? event(i) : jointState(i)));
    const disk = memoryDisk();
    const recorder = await openRecorder("memory", header, { create: disk.create });
    for (const record of records) {
      recorder.write(record);
      if (record.at % 3 === 2) await recorder.flush();
    }
    await recorder.close();
    const bytes = disk.bytes();
    const tryCut = async (cut: number): Promise<number> => {
      const torn = join(folder, `torn-${cut}.mcap`);
      const saved = join(folder, `saved-${cut}.mcap`);
      await writeFile(torn, bytes.subarray(0, cut));
      const before = await readAll(torn);
      expect(before.error, `read at ${cut}`).to.be.instanceOf(OnarmError);
      expect(before.records).to.deep.equal(records.slice(0, before.records.length));
      const recovery = await recover(torn, saved).catch((error: unknown) => error);
      await rm(torn);
      if (recovery instanceof OnarmError) {
        expect([recovery.code, before.records.length], `recover at ${cut}`).to.deep.equal(["file.damaged", 0]);
        return 0;
      }
      expect(recovery, `recover at ${cut}`).to.have.property("records", before.records.length);
      const after = await readAll(saved);
      // Cut before the header was complete, the file can be mended as MCAP, but it is no recording of ours.
      if (after.error !== undefined) expect(before.records).to.deep.equal([]);
      expect(after.records).to.deep.equal(before.records);
      await rm(saved);
      return before.records.length;
    };
    const [first, last] = [firstChunk(bytes), dataEnd(bytes)];
    const cuts = Array.from({ length: bytes.length }, (_, i) => i).filter(
      (i) => i % 37 === 0 || (i >= first - 20 && i <= last + 20),
    );
    const lengths: number[] = [];
    while (cuts.length > 0) lengths.push(...(await Promise.all(cuts.splice(0, 32).map(tryCut))));
    expect(lengths).to.deep.equal([...lengths].sort((a, b) => a - b));
    expect([...new Set(lengths)]).to.deep.equal(Array.from({ length: 7 }, (_, i) => i));
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("torn reports where, how many bytes of data are lost, and the remedy", async () => {
    const bytes = await recorded(
      Array.from({ length: 10 }, (_, i) => jointState(i)),
      { flushEvery: 5 },
    );
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    expect((await summarise(path)).damage).to.include({ lostBytes: 0 });
    const data = dataEnd(bytes);
    await writeFile(path, bytes.subarray(0, data - 400));
    const { damage } = await summarise(path);
    expect(damage!.why).to.match(/inside a chunk/);
    expect(damage!.lostBytes).to.be.within(1, 400);
    const { error } = await readAll(path);
    expect(error).to.be.instanceOf(OnarmError);
    expect((error as Error).message).to.include(`onarm recover ${path}`);
  });

  it("with any byte changed is read or refused, never anything else", async () => {
    const bytes = await recorded([jointState(0), event(1), jointState(2)]);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
        const flipped = Uint8Array.from(bytes);
        flipped[position]! ^= change;
        await writeFile(path, flipped);
        const saved = join(folder, "saved.mcap");
        const errors = [(await readAll(path)).error, await failure(summarise(path)), await failure(recover(path, saved))];
        for (const error of errors) if (error !== undefined) expect(error, `byte ${position}`).to.be.instanceOf(OnarmError);
        await rm(saved, { force: true });
      }),
      { numRuns: 300 },
    );
  });

  it("of other makes, missing, or not a file at all is refused with the path", async () => {
    await writeFile(path, "this is no recording, it is a letter");
    for (const use of [() => summarise(path), () => readHeader(path), () => recover(path, join(folder, "out.mcap"))]) {
      const error = (await failure(use())) as OnarmError;
      expect([error.code, error.message.includes(path)]).to.deep.equal(["file.damaged", true]);
    }
    const gone = join(folder, "gone.mcap");
    expect(await failure(summarise(gone))).to.have.property("code", "file.missing");
    expect(await failure(recover(gone, path))).to.have.property("code", "file.exists");
    expect((await readAll(folder)).error).to.have.property("code", "file.damaged");
  });

  it("never takes the place of another file", async () => {
    await writeFile(path, "precious");
    expect(await failure(openRecorder(path, header))).to.have.property("code", "file.exists");
    expect(await failure(openRecorder(join(path, "below", "a.mcap"), header))).to.have.property("code", "storage.failed");
  });
});
