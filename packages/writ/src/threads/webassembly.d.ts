// The part of the WebAssembly interface this room uses. Node has it; the types of Node leave it to those of browsers.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
    static exports(module: Module): { readonly name: string }[]
    readonly [Symbol.toStringTag]: string
  }
  class Instance {
    constructor(module: Module, imports?: object)
    readonly exports: object
  }
  interface Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  interface Table {
    readonly length: number
    grow(slots: number): number
  }
  const Memory: { readonly prototype: Memory }
  function compile(bytes: Uint8Array): Promise<Module>
}
