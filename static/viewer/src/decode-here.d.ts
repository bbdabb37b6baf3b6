/** The decoders of the image loader's worker; build.mjs points there. */
declare module 'decode-here' {
  export function decodeImageFrame(frame: object, syntax: string, bytes: Uint8Array, config: object, options: object): Promise<unknown>;
}
