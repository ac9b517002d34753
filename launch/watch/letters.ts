/** Letters of 3 x 5 cells: five rows of three bits, from the top, as octal digits. */
const glyphs: Readonly<Record<string, string>> = {
  A: "25755",
  B: "65656",
  C: "34443",
  D: "65556",
  E: "74647",
  F: "74644",
  G: "34553",
  H: "55755",
  I: "72227",
  J: "11152",
  K: "55655",
  L: "44447",
  M: "57755",
  N: "65555",
  O: "25552",
  P: "65644",
  Q: "25573",
  R: "65655",
  S: "34216",
  T: "72222",
  U: "55557",
  V: "55552",
  W: "55775",
  X: "55255",
  Y: "55222",
  Z: "71247",
  "-": "00700",
};

/** Two rows of cells in one row of a terminal. */
const halves = [" ", "▄", "▀", "█"] as const;

/** A word in large letters: three lines of text, four columns a letter. What has no letter is left blank. */
export function bigLetters(word: string): readonly [string, string, string] {
  const rows = [...word.toUpperCase()].map((letter) => [...(glyphs[letter] ?? "00000"), "0"].map(Number));
  const line = (row: 0 | 1 | 2) =>
    rows
      .map((cells) => {
        const [upper, lower] = [cells[2 * row]!, cells[2 * row + 1]!];
        return [4, 2, 1].map((bit) => halves[(upper & bit ? 2 : 0) + (lower & bit ? 1 : 0)]).join("");
      })
      .join(" ");
  return [line(0), line(1), line(2)];
}
