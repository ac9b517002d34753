/** A line as it came, without its end; or why it is none. */
export type Line = { readonly text: string } | { readonly refused: string };

const NEWLINE = 10;

/**
 * The lines of a stream of bytes, in order, handed on in groups as they become complete, so that a reader gets an answer for each line that
 * has come. A line longer than `longest` bytes is passed over without being kept and refused at its end, and so is one that is not UTF-8.
 * What follows the last line end is a line, too, unless it is empty.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, longest = 2 ** 20): AsyncGenerator<Line[], void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let parts: Uint8Array[] = [];
  let length = 0;

  const hold = (part: Uint8Array) => {
    length += part.length;
    if (length <= longest) parts.push(part);
    else parts = [];
  };
  const close = (): Line => {
    const [bytes, long] = [Buffer.concat(parts), length > longest];
    [parts, length] = [[], 0];
    if (long) return { refused: `the line is longer than ${longest} bytes` };
    try {
      return { text: decoder.decode(bytes) };
    } catch {
      return { refused: "the line is not text in UTF-8" };
    }
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      hold(chunk.subarray(from, end));
      lines.push(close());
      from = end + 1;
    }
    if (from < chunk.length) hold(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [close()];
}
