/** SI quantities as branded numbers: a plain number does not pass where a `Rad` is asked for. The brand costs nothing at run time. */
declare const unit: unique symbol;
export type Quantity<U extends string> = number & { readonly [unit]: U };

export type Rad = Quantity<"rad">;
export type RadPerSec = Quantity<"rad/s">;
export type RadPerSec2 = Quantity<"rad/s2">;
export type RadPerSec3 = Quantity<"rad/s3">;
export type Newtons = Quantity<"N">;
export type NewtonMetres = Quantity<"N.m">;
export type Metres = Quantity<"m">;
export type MetresPerSec = Quantity<"m/s">;
/** Seconds on the monotonic clock unless a name says `wall`. */
export type Seconds = Quantity<"s">;

export const rad = (x: number) => x as Rad;
export const radPerSec = (x: number) => x as RadPerSec;
export const radPerSec2 = (x: number) => x as RadPerSec2;
export const radPerSec3 = (x: number) => x as RadPerSec3;
export const newtons = (x: number) => x as Newtons;
export const newtonMetres = (x: number) => x as NewtonMetres;
export const metres = (x: number) => x as Metres;
export const metresPerSec = (x: number) => x as MetresPerSec;
export const seconds = (x: number) => x as Seconds;
export const millis = (x: number) => (x / 1000) as Seconds;

/** A point or direction in the arm's `base` frame, m (or m/s where the name says so). */
export type Vec3 = readonly [x: number, y: number, z: number];
