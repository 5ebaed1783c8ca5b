import { Empty, Page } from "../ui/parts"; export default function P(_: { id?: string; tab?: string }) { return <Page title="catalog"><Empty title="…" /></Page>; }
