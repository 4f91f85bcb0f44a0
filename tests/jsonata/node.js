// Evaluates one request a line with the npm package `jsonata` and answers in one line each.
const jsonata = require(process.argv[2]);
const readline = require('readline');
const input = require('./input.json');

const isFunction = (v) => v && (v._jsonata_lambda || v._jsonata_function || typeof v === 'function');
const plain = (key, v) => {
  if (isFunction(v)) return undefined;
  return typeof v === 'number' && !isFinite(v) ? String(v) : v;
};

async function answer(line) {
  const text = JSON.parse(line);
  let expression;
  try {
    expression = jsonata(text);
  } catch (error) {
    return { refused: error.code || 'exception', message: error.message };
  }
  try {
    // The package changes lists of its input.
    const { states, variables } = structuredClone(input);
    const value = await expression.evaluate(undefined, { states, ...variables });
    return value === undefined || isFunction(value) ? {} : { value };
  } catch (error) {
    return { error: error.code || 'exception', message: error.message };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(line), plain) + '\n');
  }
})();
