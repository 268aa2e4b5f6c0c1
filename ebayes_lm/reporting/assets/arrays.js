// Numbers and text of the report: one compressed block in the page, read once, then looked at in place.
const ARRAYS = (() => {
  "use strict";
  const KINDS = {
    f4: Float32Array, f8: Float64Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array,
    i1: Int8Array, i2: Int16Array, i4: Int32Array,
  };
  const known = new Map();
  let places = {};
  let block = new ArrayBuffer(0);

  const bytesOf = (text) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const binary = atob(text.trim());
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };

  /** Unpack the block; `facts.arrays` says what lies where. */
  const open = async (text, facts) => {
    if (typeof DecompressionStream === "undefined") {
      throw new Error(
        "This browser cannot unpack the data of this report. " +
        "It opens in Chrome or Edge 97, Firefox 113, Safari 16.4, and newer ones.");
    }
    const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
    block = await new Response(stream).arrayBuffer();
    places = facts.arrays;
    known.clear();
  };

  const read = (name) => {
    const place = places[name];
    if (!place) throw new Error(`The report lacks the array "${name}".`);
    const { dtype, offset, length } = place;
    if (dtype === "text") return JSON.parse(new TextDecoder().decode(new Uint8Array(block, offset, length)));
    return new KINDS[dtype](block, offset, length);
  };

  /** The array that "@name" refers to; anything else is given back as it is. */
  const get = (reference) => {
    if (typeof reference !== "string" || !reference.startsWith("@")) return reference;
    const name = reference.slice(1);
    if (!known.has(name)) known.set(name, read(name));
    return known.get(name);
  };

  return { open, get };
})();
