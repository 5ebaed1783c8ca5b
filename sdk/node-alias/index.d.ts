export * from '@invorto/server';
