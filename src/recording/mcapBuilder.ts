import { crc32 } from "node:zlib";
import { McapChunkBuilder, McapRecordBuilder, Opcode, type McapTypes } from "@mcap/core";

/** Bytes of an MCAP file in the order they must reach the disk. No input or output of its own: whoever writes calls `take`. */
export interface McapBuilder {
  /** Each id must be used once; a schema before its channels, a channel before its messages. */
  schema(schema: McapTypes.Schema): void;
  channel(channel: McapTypes.Channel): void;
  /** Into the open chunk; it reaches the file with the next `closeChunk`. */
  message(message: McapTypes.Message): void;
  metadata(metadata: McapTypes.Metadata): void;
  /** Size of the open chunk, bytes. */
  readonly open: number;
  closeChunk(): void;
  /** Closes the open chunk and adds summary, index and footer. Nothing may be added afterwards. */
  end(): void;
  /** Everything that became final since the last `take`; the caller owns it. */
  take(): Uint8Array;
}

/**
 * Builds a chunked, indexed MCAP file out of the library's record and chunk builders. The library's own McapWriter is not used
 * because it closes a chunk by size alone (no flush), and without chunks keeps every message in memory until the end: either way
 * a killed process loses far more than one second. Format: https://mcap.dev/spec
 */
export function mcapBuilder(header: McapTypes.Header): McapBuilder {
  const out = new McapRecordBuilder();
  const chunk = new McapChunkBuilder({ useMessageIndex: true });
  const schemas: McapTypes.Schema[] = [];
  const channels: McapTypes.Channel[] = [];
  const chunkIndex: McapTypes.ChunkIndex[] = [];
  const metadataIndex: McapTypes.MetadataIndex[] = [];
  const perChannel = new Map<number, bigint>();
  let taken = 0n; // bytes handed out so far: the file offset at which `out` begins
  let dataCrc = 0;
  let inData = true;
  let first: bigint | undefined;
  let last = 0n;
  let messages = 0n;

  const position = () => taken + BigInt(out.length);
  const take = () => {
    const bytes = out.buffer;
    taken += BigInt(bytes.length);
    if (inData) dataCrc = crc32(bytes, dataCrc);
    out.reset();
    return bytes;
  };

  const closeChunk = () => {
    if (chunk.numMessages === 0) return;
    const records = chunk.buffer;
    const size = BigInt(records.length);
    const chunkStartOffset = position();
    const { messageStartTime, messageEndTime } = chunk;
    const chunkLength = out.writeChunk({
      messageStartTime,
      messageEndTime,
      uncompressedSize: size,
      uncompressedCrc: crc32(records),
      compression: "",
      records,
    });
    const indexStart = position();
    const messageIndexOffsets = new Map<number, bigint>();
    for (const index of chunk.indices) {
      messageIndexOffsets.set(index.channelId, position());
      out.writeMessageIndex(index);
    }
    chunkIndex.push({
      messageStartTime,
      messageEndTime,
      chunkStartOffset,
      chunkLength,
      messageIndexOffsets,
      messageIndexLength: position() - indexStart,
      compression: "",
      compressedSize: size,
      uncompressedSize: size,
    });
    chunk.reset();
  };

  /** The summary's checksum covers the footer up to the checksum itself, so it is computed over the same bytes it will follow. */
  const writeSummary = (finished: Uint8Array[]) => {
    const start = position();
    const offsets: McapTypes.SummaryOffset[] = [];
    const group = (groupOpcode: Opcode, write: () => void) => {
      const groupStart = position();
      write();
      const groupLength = position() - groupStart;
      if (groupLength > 0n) offsets.push({ groupOpcode, groupStart, groupLength });
    };
    group(Opcode.SCHEMA, () => schemas.forEach((schema) => out.writeSchema(schema)));
    group(Opcode.CHANNEL, () => channels.forEach((channel) => out.writeChannel(channel)));
    group(Opcode.STATISTICS, () =>
      out.writeStatistics({
        messageCount: messages,
        schemaCount: schemas.length,
        channelCount: channels.length,
        attachmentCount: 0,
        metadataCount: metadataIndex.length,
        chunkCount: chunkIndex.length,
        messageStartTime: first ?? 0n,
        messageEndTime: last,
        channelMessageCounts: perChannel,
      }),
    );
    group(Opcode.METADATA_INDEX, () => metadataIndex.forEach((index) => out.writeMetadataIndex(index)));
    group(Opcode.CHUNK_INDEX, () => chunkIndex.forEach((index) => out.writeChunkIndex(index)));
    const offsetStart = position();
    offsets.forEach((offset) => out.writeSummaryOffset(offset));
    const summary = take();
    const footer = { summaryStart: start, summaryOffsetStart: offsetStart };
    const scratch = new McapRecordBuilder();
    scratch.writeFooter({ ...footer, summaryCrc: 0 });
    const summaryCrc = crc32(scratch.buffer.subarray(0, -4), crc32(summary));
    out.writeFooter({ ...footer, summaryCrc });
    out.writeMagic();
    finished.push(summary, take());
  };

  let ended: Uint8Array | undefined;
  out.writeMagic();
  out.writeHeader(header);

  return {
    schema(schema) {
      schemas.push(schema);
      out.writeSchema(schema);
    },
    channel(channel) {
      channels.push(channel);
      out.writeChannel(channel);
    },
    message(message) {
      chunk.addMessage(message);
      messages += 1n;
      perChannel.set(message.channelId, (perChannel.get(message.channelId) ?? 0n) + 1n);
      if (first === undefined || message.logTime < first) first = message.logTime;
      if (message.logTime > last) last = message.logTime;
    },
    metadata(metadata) {
      closeChunk();
      const offset = position();
      metadataIndex.push({ offset, length: out.writeMetadata(metadata), name: metadata.name });
    },
    get open() {
      return chunk.byteLength;
    },
    closeChunk,
    end() {
      closeChunk();
      const finished = [take()];
      inData = false;
      out.writeDataEnd({ dataSectionCrc: dataCrc });
      finished.push(take());
      writeSummary(finished);
      ended = Buffer.concat(finished);
    },
    take() {
      if (ended === undefined) return take();
      const rest = ended;
      ended = new Uint8Array();
      return rest;
    },
  };
}
