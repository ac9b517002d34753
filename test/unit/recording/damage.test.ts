import { expect } from "chai";
import fc from "fast-check";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { OnarmError } from "../../../src/domain/errors.ts";
import { readHeader, summarise } from "../../../src/recording/read.ts";
import { openRecorder } from "../../../src/recording/recorder.ts";
import { recover } from "../../../src/recording/recover.ts";
import { memoryDisk } from "../../support/memoryDisk.ts";
import { dataEnd, event, failure, firstChunk, header, jointState, readAll, recorded } from "../../support/recordings.ts";

describe("A damaged recording", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    // Thousands of files: in memory where the system has such a place.
    folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "onarm-recording-"));
    path = join(folder, "run.mcap");
  });
  afterEach(() => rm(folder, { recursive: true }));

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

  it("with a record of another version gives what was before it, and names the version that made it", async () => {
    const bytes = Buffer.from(await recorded([event(1), event(2)], { chunkBytes: 1 }));
    const level = bytes.lastIndexOf('"info"', dataEnd(bytes));
    bytes.write('"loud"', level);
    // Not damage: the checksums are those of the changed chunk.
    const chunk = bytes.lastIndexOf(Buffer.from("06", "hex"), bytes.lastIndexOf('{"at":2', dataEnd(bytes)) - 80);
    const size = Number(bytes.readBigUInt64LE(chunk + 9 + 16));
    bytes.writeUInt32LE(crc32(bytes.subarray(chunk + 9 + 40, chunk + 9 + 40 + size)), chunk + 9 + 24);
    await writeFile(path, bytes);
    const { records, error } = await readAll(path);
    expect(records).to.deep.equal([event(1)]);
    expect((error as OnarmError).code).to.equal("file.damaged");
    expect((error as OnarmError).message).to.match(/\/onarm\/event.*0123abc/);
  });
});
