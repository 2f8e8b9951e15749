
/** Promises of the modules that are in the page or on the way, by name: another shelf may have brought one. */
const joined = new Map();

/** The modules that a shelf needs: sections of one that holds nothing else, and one with their names. */
const shelf = (name) => () => {
  const file = fetch(new URL(`./FOLDER/${name}.wasm`, import.meta.url))
    .then((answer) => answer.arrayBuffer())
    .then((bytes) => WebAssembly.compile(bytes));
  file.catch(() => {});
  return async (imports) => {
    const sections = WebAssembly.Module.customSections;
    const box = await file;
    const modules = sections(box, "module");
    const join = (name, place) => {
      if (!joined.has(name)) {
        const joining = WebAssembly.instantiate(modules[place], imports);
        joining.catch(() => joined.delete(name));
        joined.set(name, joining);
      }
      return joined.get(name);
    };
    await Promise.all(new TextDecoder().decode(sections(box, "names")[0]).split(" ").map(join));
  };
};
