import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ILike, Repository, type FindOptionsWhere } from 'typeorm';
import { z } from 'zod';
import { Tool } from '../authoring/decorators.js';
import { RequireScopes } from '../authoring/policy.decorators.js';
import { ToolError, type ToolCaller } from '../authoring/caller.js';
import { Note } from './note.entity.js';
import { containing, plainText } from './plain-text.js';

const MAX_NOTES = 1_000;

const NoteView = z.object({
  id: z.uuid(),
  title: z.string(),
  body: z.string(),
  created_at: z.iso.datetime(),
});
const Page = z.object({
  notes: z.array(NoteView),
  next_offset: z
    .number()
    .int()
    .optional()
    .describe('Pass as offset to get the next notes; absent at the end'),
});
const paging = {
  limit: z.number().int().min(1).max(20).default(10),
  offset: z.number().int().min(0).max(MAX_NOTES).default(0),
};
const List = z.strictObject(paging);
const Search = z.strictObject({
  text: plainText(1, 100).describe('Part of the title or the body'),
  ...paging,
});
const Add = z.strictObject({ title: plainText(1, 200), body: plainText(0, 4_000) });
const Delete = z.strictObject({ id: z.uuid() });
const reads = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

/** Notes of the person the client acts for. */
@Injectable()
export class NotesTools {
  constructor(@InjectRepository(Note) private readonly notes: Repository<Note>) {}

  @Tool({
    name: 'notes_list',
    title: 'List notes',
    description: 'Lists your notes, newest first.',
    input: List,
    output: Page,
    annotations: reads,
  })
  @RequireScopes('mcp:tools:read')
  list(input: z.output<typeof List>, caller: ToolCaller): Promise<z.input<typeof Page>> {
    return this.page({ userId: ownerOf(caller) }, input);
  }

  @Tool({
    name: 'notes_search',
    title: 'Search notes',
    description:
      'Finds your notes whose title or body contains the text, newest first. Upper and lower case are the same.',
    input: Search,
    output: Page,
    annotations: reads,
  })
  @RequireScopes('mcp:tools:read')
  search({ text, ...paged }: z.output<typeof Search>, caller: ToolCaller): Promise<z.input<typeof Page>> {
    const userId = ownerOf(caller);
    const pattern = ILike(containing(text));
    return this.page(
      [
        { userId, title: pattern },
        { userId, body: pattern },
      ],
      paged,
    );
  }

  @Tool({
    name: 'notes_add',
    title: 'Add a note',
    description: 'Keeps a new note for you.',
    input: Add,
    output: NoteView,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  })
  @RequireScopes('mcp:tools:execute')
  async add({ title, body }: z.output<typeof Add>, caller: ToolCaller): Promise<z.input<typeof NoteView>> {
    const userId = ownerOf(caller);
    if ((await this.notes.countBy({ userId })) >= MAX_NOTES)
      throw new ToolError(`You have ${MAX_NOTES} notes already; delete some first`);
    const note = this.notes.create({ id: randomUUID(), userId, title, body, createdAt: new Date() });
    await this.notes.insert(note);
    return view(note);
  }

  @Tool({
    name: 'notes_delete',
    title: 'Delete a note',
    description: 'Deletes one of your notes for good.',
    input: Delete,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  })
  @RequireScopes('mcp:tools:execute')
  async delete({ id }: z.output<typeof Delete>, caller: ToolCaller): Promise<string> {
    const { affected } = await this.notes.delete({ id, userId: ownerOf(caller) });
    if (!affected) throw new ToolError('You have no such note');
    return 'The note is deleted';
  }

  private async page(
    where: FindOptionsWhere<Note> | FindOptionsWhere<Note>[],
    { limit, offset }: z.output<typeof List>,
  ): Promise<z.input<typeof Page>> {
    const found = await this.notes.find({
      where,
      order: { createdAt: 'DESC', id: 'DESC' },
      skip: offset,
      take: limit + 1,
    });
    const notes = found.slice(0, limit).map(view);
    return { notes, ...(found.length > limit && { next_offset: offset + limit }) };
  }
}

function ownerOf({ userId }: ToolCaller): string {
  if (!userId) throw new ToolError('Notes belong to people, and this client acts for itself');
  return userId;
}

function view({ id, title, body, createdAt }: Note): z.input<typeof NoteView> {
  return { id, title, body, created_at: createdAt.toISOString() };
}
