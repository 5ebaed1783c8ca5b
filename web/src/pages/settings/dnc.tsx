import { Empty, Page } from "../../ui/parts"; export default function Dnc() { return <Page title="Do not call"><Empty title="…" /></Page>; }
