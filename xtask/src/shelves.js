
const part = (name) => new URL(`./FOLDER/${name}.wasm`, import.meta.url);

/** A module of a shelf's own. */
const own = (name) => () => {
  const file = fetch(part(name));
  file.catch(() => {});
  return async (imports) => __wbg_load(await file, imports);
};

/** Promises of the modules that are in the page or on the way, by name: another shelf may have brought one. */
const joined = new Map();

/** The modules that a shelf shares with others: sections of one that holds nothing else, and one with their names. */
const shared = (name) => () => {
  const file = fetch(part(name)).then((answer) => answer.arrayBuffer()).then((bytes) => WebAssembly.compile(bytes));
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

