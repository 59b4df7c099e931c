import { rewriteSource } from '../rewrite-source.ts';

// Messages of one return do not wait for one another.

rewriteSource('src/pipeline/deliver.ts', 'ordering: destination.ordering', "ordering: 'none'");
