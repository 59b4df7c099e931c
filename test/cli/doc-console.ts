/** Reads the console blocks of a document, and writes them anew with what their commands say now. */

export interface ConsoleStep {
  /** `$ …` as it stands in the document; or a directive, `<!-- test: … -->`. */
  readonly kind: 'command' | 'directive';
  readonly text: string;
}

export interface Said {
  readonly code: number;
  readonly output: string;
}

const PART = /^<!-- test: (.+) -->$|^```console\n([\s\S]*?)^```$/gm;

/** Runs every command in order and answers the document as it would have to be. */
export async function renewConsole(document: string, run: (step: ConsoleStep) => Promise<Said>): Promise<string> {
  let renewed = '';
  let end = 0;
  for (const match of document.matchAll(PART)) {
    renewed += document.slice(end, match.index);
    end = match.index + match[0].length;
    const [whole, directive, block] = match;
    if (directive !== undefined) {
      await run({ kind: 'directive', text: directive });
      renewed += whole;
      continue;
    }
    const said: string[] = [];
    for (const line of block!.split('\n').filter(each => each.startsWith('$ '))) {
      const text = line.slice(2).replace(/ {3}# exit \d$/, '');
      const { code, output } = await run({ kind: 'command', text });
      said.push(`$ ${text}${code === 0 ? '' : `   # exit ${code}`}\n${output === '' ? '' : `${output.trimEnd()}\n`}`);
    }
    renewed += `\`\`\`console\n${said.join('\n')}\`\`\``;
  }
  return renewed + document.slice(end);
}

/** Blanks part words, double quotes keep them together. */
export function words(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}
