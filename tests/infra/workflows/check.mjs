// Say what GitHub's language service finds in workflows: a line a finding, exit code 1 where there is one.
import { readFile } from "node:fs/promises";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";

let found = 0;
for (const path of process.argv.slice(2)) {
  const document = TextDocument.create(`file://${path}`, "yaml", 0, await readFile(path, "utf8"));
  for (const { message, range } of await validate(document, {})) {
    console.log(`${path}:${range.start.line + 1}: ${message}`);
    found = 1;
  }
}
process.exit(found);
