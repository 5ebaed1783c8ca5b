// Both JavaScript runners: orders come as lines of JSON on stdin, answers go out the same way, each when it is ready.
import { createInterface } from 'node:readline';

const failure = (e) => ({
	name: e?.constructor?.name ?? 'Error', code: e?.code, status: e?.status, requestId: e?.requestId, message: String(e?.message ?? e),
	fields: e?.errors?.map((f) => f.pointer ?? f.parameter), closeCode: e?.closeCode,
});

export async function serve(run) {
	for await (const line of createInterface({ input: process.stdin })) {
		const { id, op, args } = JSON.parse(line);
		Promise.resolve()
			.then(() => run(op, args))
			.then((value) => ({ id, value: value ?? null }), (error) => ({ id, error: error?.told ?? failure(error) }))
			.then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`));
	}
}

export { failure };
