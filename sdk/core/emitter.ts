/** Any number of listeners of each event; one that throws does not keep the others from hearing it. */
export class Emitter<Events extends object> {
	private readonly listeners = new Map<keyof Events, Set<(...args: never[]) => void>>();

	on<K extends keyof Events>(event: K, listener: Events[K] & ((...args: never[]) => void)): this {
		let set = this.listeners.get(event);
		if (!set)
			this.listeners.set(event, (set = new Set()));
		set.add(listener);
		return this;
	}

	off<K extends keyof Events>(event: K, listener?: Events[K] & ((...args: never[]) => void)): this {
		if (listener)
			this.listeners.get(event)?.delete(listener);
		else
			this.listeners.delete(event);
		return this;
	}

	once<K extends keyof Events>(event: K, listener: Events[K] & ((...args: never[]) => void)): this {
		const first = ((...args: never[]) => {
			this.off(event, first);
			listener(...args);
		}) as typeof listener;
		return this.on(event, first);
	}

	protected heard(event: keyof Events): boolean {
		return (this.listeners.get(event)?.size ?? 0) > 0;
	}

	protected emit<K extends keyof Events>(event: K, ...args: Events[K] extends (...a: infer A) => void ? A : never): void {
		for (const listener of [...(this.listeners.get(event) ?? [])]) {
			try {
				listener(...(args as unknown as never[]));
			} catch (error) {
				// The listener's own mistake: it is told as one, behind this message.
				queueMicrotask(() => {
					throw error;
				});
			}
		}
	}
}
