/** Fingers in a mock gripper: they close on a thing, hold it, and let it go. Positions in the device's own unit, larger is wider. */
export class Fingers {
  position: number;
  /** Where they are going; `undefined` while they rest. */
  target: number | undefined;
  /** Width of what lies between them. */
  thing: number | undefined;
  /** How far they go in a step. */
  readonly #stride: number;
  constructor(position: number, stride: number) {
    this.position = position;
    this.#stride = stride;
  }
  get holding(): boolean {
    return this.thing !== undefined && this.position <= this.thing;
  }
  get moving(): boolean {
    return this.target !== undefined;
  }
  step(): void {
    if (this.target === undefined) return;
    const floor = this.thing !== undefined && this.position >= this.thing ? Math.max(this.target, this.thing) : this.target;
    const way = floor - this.position;
    this.position = Math.abs(way) <= this.#stride ? floor : this.position + Math.sign(way) * this.#stride;
    if (this.position === floor) this.target = undefined;
  }
}
