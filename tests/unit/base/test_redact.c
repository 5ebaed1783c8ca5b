/* Personal data: what must go, what must stay, and that it is the same however a text was cut. */
#include "check.h"

#include "iv_redact.h"

static const struct {
	const char *in, *out;
} goes[] = {
	{"asha@example.com", "[EMAIL]"},
	{"Write to asha.rao+calls@mail.example.co.in, please.", "Write to [EMAIL], please."},
	{"<ASHA_RAO@EXAMPLE.ORG>", "<[EMAIL]>"},
	{"mail:o'brien@pub.ie", "mail:[EMAIL]"},
	{"email is a@b.co.", "email is [EMAIL]."},
	{"jos\xC3\xA9@exemple.fr", "[EMAIL]"},
	{"x_y-z%1@sub-domain.example.museum", "[EMAIL]"},
	{"my address is asha at gmail dot com", "my address is [EMAIL]"},
	{"my email is asha dot rao at gmail dot com thanks", "my email is [EMAIL] thanks"},
	{"asha underscore rao 99 at yahoo dot co dot in", "[EMAIL]"},
	{"asha at the rate gmail dot com", "[EMAIL]"},
	{"asha at the rate of outlook dot com", "[EMAIL]"},
	{"my email is john at acme dot io", "my email is [EMAIL]"},
	{"write to ravi at gmail.com today", "write to [EMAIL] today"},
	{"+919876543210", "[PHONE]"},
	{"+91 98765 43210", "[PHONE]"},
	{"+91-98765-43210", "[PHONE]"},
	{"+91 9876543210 is mine", "[PHONE] is mine"},
	{"(+91) 98765 43210", "([PHONE]"},
	{"tel:+14158675310", "tel:[PHONE]"},
	{"+1 (415) 867-5310", "[PHONE]"},
	{"+1 415 867 5310", "[PHONE]"},
	{"+1.415.867.5310", "[PHONE]"},
	{"+14158675310.", "[PHONE]."},
	{"+44 20 7946 0958", "[PHONE]"},
	{"+44 7911 123456", "[PHONE]"},
	{"+971 50 123 4567", "[PHONE]"},
	{"+65 6123 4567", "[PHONE]"},
	{"+49 (30) 901820", "[PHONE]"},
	{"9876543210", "[PHONE]"},
	{"98765 43210", "[PHONE]"},
	{"98765-43210", "[PHONE]"},
	{"987 654 3210", "[PHONE]"},
	{"9876 543 210", "[PHONE]"},
	{"my number is 9876543210 ok", "my number is [PHONE] ok"},
	{"call 9876543210", "call [PHONE]"},
	{"091-9876543210", "[PHONE]"},
	{"91 98765 43210", "[PHONE]"},
	{"919876543210", "[PHONE]"},
	{"91-9876543210", "[PHONE]"},
	{"09876543210", "[PHONE]"},
	{"0 98765 43210", "[PHONE]"},
	{"022 2345 6789", "[PHONE]"},
	{"011-23456789", "[PHONE]"},
	{"080-41234567", "[PHONE]"},
	{"0091 98765 43210", "[PHONE]"},
	{"00919876543210", "[PHONE]"},
	{"00 44 20 7946 0958", "[PHONE]"},
	{"415-867-5310", "[PHONE]"},
	{"(415) 867-5310", "[PHONE]"},
	{"(415)867-5310", "[PHONE]"},
	{"415.867.5310", "[PHONE]"},
	{"415 867 5310", "[PHONE]"},
	{"4158675310", "[PHONE]"},
	{"1-415-867-5310", "[PHONE]"},
	{"1 (415) 867-5310", "[PHONE]"},
	{"14158675310", "[PHONE]"},
	{"9 8 7 6 5 4 3 2 1 0", "[PHONE]"},
	{"4 1 5 8 6 7 5 3 1 0", "[PHONE]"},
	{"020 7946 0958", "[PHONE]"},
	{"07700 900123", "[PHONE]"},
	{"phone: 6123 4567", "phone: [PHONE]"},
	{"my mobile number is 12 34 56 78 90", "my mobile number is [PHONE]"},
	{"call me on 555-1234", "call me on [PHONE]"},
	{"whatsapp 23456789", "whatsapp [PHONE]"},
	{"Ph-9876543210", "Ph-[PHONE]"},
	{"Mob.9876543210", "Mob.[PHONE]"},
	{"phone=9876543210&x=1", "phone=[PHONE]&x=1"},
	{"9876543210@ybl", "[PHONE]@ybl"},
	{"9876543210, 9876543211 and 9876543212", "[PHONE], [PHONE] and [PHONE]"},
	{"2 9876543210", "2 [PHONE]"},
	{"Press 1 then dial 98765 43210.", "Press 1 then dial [PHONE]."},
	{"4111111111111111", "[CARD]"},
	{"4111 1111 1111 1111", "[CARD]"},
	{"4111-1111-1111-1111", "[CARD]"},
	{"my card 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ok", "my card [CARD] ok"},
	{"5555 5555 5555 4444", "[CARD]"},
	{"5555555555554444", "[CARD]"},
	{"2223003122003222", "[CARD]"},
	{"378282246310005", "[CARD]"},
	{"3782 822463 10005", "[CARD]"},
	{"6011 1111 1111 1117", "[CARD]"},
	{"3530 1113 3330 0000", "[CARD]"},
	{"30569309025904", "[CARD]"},
	{"3056 930902 5904", "[CARD]"},
	{"4222222222222", "[CARD]"},
	{"41111111 11111111", "[CARD]"},
	{"card ending, full 4111 1111 1111 1111, cvv 123", "card ending, full [CARD], cvv 123"},
	{"6521 1111 1111 1110", "[CARD]"},
	{"6200000000000005", "[CARD]"},
	{"123-45-6789", "[SSN]"},
	{"SSN 123-45-6789.", "SSN [SSN]."},
	{"ssn is 123456789", "ssn is [SSN]"},
	{"my social security number is 123 45 6789", "my social security number is [SSN]"},
	{"social security 1 2 3 4 5 6 7 8 9", "social security [SSN]"},
	{"219-09-9999", "[SSN]"},
	{"234123412346", "[AADHAAR]"},
	{"2341 2341 2346", "[AADHAAR]"},
	{"2341-2341-2346", "[AADHAAR]"},
	{"aadhaar 4991 1866 5246", "aadhaar [AADHAAR]"},
	{"aadhar number is 499118665246", "aadhar number is [AADHAAR]"},
	{"9999 4105 7058", "[AADHAAR]"},
	{"2 3 4 1 2 3 4 1 2 3 4 6", "[AADHAAR]"},
	{"ABCPE1234F", "[PAN]"},
	{"abcpe1234f", "[PAN]"},
	{"PAN: ABCPK1234L.", "PAN: [PAN]."},
	{"ABCPE 1234 F", "[PAN]"},
	{"ABCPE-1234-F", "[PAN]"},
	{"AAACT2727Q is the company's", "[PAN] is the company's"},
	{"reach me at 4158675310 or asha@example.com", "reach me at [PHONE] or [EMAIL]"},
	{"my aadhaar is 2 3 4 5 6 7 8 9 0 1 2 3", "my aadhaar is [AADHAAR]"},
	{"uid 2345-6789-0123", "uid [AADHAAR]"},
	{"6070123456789017", "[CARD]"},
	{"5089123456789018", "[CARD]"},
	{"6211111111111111116", "[CARD]"},
	{"Card number:4111111111111111;", "Card number:[CARD];"},
	{"two cards 4111111111111111 5555555555554444", "two cards [CARD] [CARD]"},
	{"+91\xC2\xA0" "98765\xC2\xA0" "43210", "[PHONE]"},
	{"415\xE2\x80\x91" "867\xE2\x80\x91" "5310", "[PHONE]"},
	{"call 98765 43210 or +1 415 867 5310, or mail a@b.co", "call [PHONE] or [PHONE], or mail [EMAIL]"},
	{"order 12345, phone 98765 43210", "order 12345, phone [PHONE]"},
	{"मेरा नंबर 9876543210 है", "मेरा नंबर [PHONE] है"},
	{"ईमेल asha@example.com", "ईमेल [EMAIL]"},
	{"\"9876543210\"", "\"[PHONE]\""},
	{"(9876543210)", "([PHONE])"},
	{"9876543210/9876543211", "[PHONE]/[PHONE]"},
	{"Rs 500 9876543210", "Rs 500 [PHONE]"},
	{"phone numbers: 23456789", "phone numbers: [PHONE]"},
	{"Contact number is 080 2345 6789", "Contact number is [PHONE]"},
	{"fax 44 20 7946 0958", "fax [PHONE]"},
};

static const char *const stays[] = {
	"2026-11-21",
	"2026-11-21T10:00:00.000Z",
	"2026-11-21T10:00:00+05:30",
	"from=2026-11-21T10:00:00.000Z&to=2026-11-22T10:00:00.000Z",
	"2026-11-21 10:15:30",
	"2026/11/21",
	"21/11/2026",
	"11/21/2026",
	"21-11-2026",
	"21.11.2026",
	"1.2.26",
	"21-11-26 09:05",
	"call me on 2026-11-21",
	"call me on 21-11-2026 at 10:30",
	"call me at 10:30:00",
	"between 10:30 and 18:45",
	"20261121",
	"20261121T100000Z",
	"Sat, 21 Nov 2026 13:04:05 GMT",
	"1700000000",
	"1700000000000",
	"1700000000000000",
	"the timestamp is 1763711045123",
	"ts=1763711045",
	"epoch 1763711045 seconds",
	"550e8400-e29b-41d4-a716-446655440000",
	"12345678-1234-1234-1234-123456789012",
	"41111111-1111-1111-1111-111111111111",
	"urn:uuid:98765432-9876-4321-9876-987654321098",
	"call_01J9ZX4Q7N8M6K5H4G3F2E1D0C",
	"call_9876543210",
	"agt_4158675310",
	"tenant t_4111111111111111",
	"msg_p5jXN8AQM9LWM0D4loKWxJek",
	"INV-2026-0009876543",
	"ORD-9876543210",
	"req-9876543210-abc",
	"order-4158675310",
	"9876543210abc",
	"abc9876543210",
	"0x9876543210",
	"#9876543210",
	"ticket #4158675310",
	"order 9876543210",
	"order number 9876543210",
	"your order number is 9876543210",
	"order id: 4158675310",
	"reference 9876543210",
	"Invoice no. 9876543210",
	"txn 412345678901",
	"UTR 412345678901",
	"transaction id 234123412346",
	"booking ref 98765 43210",
	"tracking number 9876543210",
	"PNR 4158675310",
	"account number 9876543210",
	"case 7012345678",
	"sku 8012345678",
	"$9876543210",
	"$ 9876543210",
	"\xE2\x82\xB9" "9876543210",
	"\xE2\x82\xB9" "98,76,543.21",
	"Rs. 9876543210",
	"Rs 9876543210",
	"INR 9876543210",
	"USD 4158675310",
	"\xE2\x82\xAC" "4158675310",
	"9876543210 rupees",
	"9876543210 ms",
	"9876543210 bytes",
	"8000000000 tokens used",
	"12,345,678.90",
	"1,234,567",
	"98,76,54,321",
	"amount 9876543210.55",
	"9876543210.55",
	"price: 4158675310",
	"total 7000000000",
	"between 70000 80000",
	"70000 80000",
	"65000 75000",
	"3.14159265358979",
	"12.9715987, 77.5945627",
	"77.594562 12.971598",
	"latitude 12.971598 longitude 77.594562",
	"192.168.100.200",
	"10.0.0.1:8080",
	"version 1.2.3.4",
	"v12.34.56.78.90",
	"2001:db8::1",
	"00:1b:44:11:3a:b7",
	"1234567890",
	"0000000000",
	"0123",
	"12345",
	"123456",
	"987654",
	"zip 94107-1234",
	"560 001",
	"pin code 560001",
	"4111111111111112",
	"4111 1111 1111 1112",
	"1234 5678 9012 3456",
	"5555 5555 5555 4445",
	"9999999999999999999999",
	"000-12-3456",
	"666-12-3456",
	"123-00-4567",
	"123-45-0000",
	"900-12-3456",
	"123456789",
	"12-345-6789",
	"1234-56-7890",
	"123412341234",
	"1234 1234 1234",
	"2341 2341 2347",
	"HELLO12345",
	"ABCDE1234F",
	"ABCPE12345",
	"ABCPE1234FG",
	"XABCPE1234F",
	"abc12345678",
	"count 1 2 3 4 5",
	"1 2 3 4 5 6 7 8 9 10",
	"10 9 8 7 6 5 4 3 2 1",
	"rooms 101 102 103 104",
	"3-4 people at 5",
	"24/7 support",
	"50% of 9876543210%",
	"foo@bar",
	"@handle and #tag",
	"user at home",
	"meet me at example dot com",
	"visit us at invorto dot com",
	"look at gmail dot com slash help",
	"a@b",
	"me@localhost",
	"http://example.com/orders/9876543210",
	"/v1/calls/9876543210/end",
	"Nokia 3310 and Boeing 737-800",
	"RFC 7519, section 4.1.4",
	"ISBN 978-3-16-148410-0",
	"IMEI 356938035643809",
	"GSTIN 29ABCDE1234F2Z5",
	"5d41402abc4b2a76b9719d911017c592",
	"3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b",
	"sha256=9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0",
	"the phone battery lasted 1234567 cycles",
	"the call lasted 1234567 ms",
	"call duration 12345678",
	"we answered 9876543 calls",
	"population 1428000000",
	"2026-415-867-5310",
	"98765-43210-11111",
	"4158675310-77",
	"he scored 100 200 3000",
	"1 2 3",
	"+5",
	"+12345",
	"C++20 and +1",
	"E=mc2",
	"10:00-18:00",
	"1/2/3/4",
	"मेरा ऑर्डर 12345 है",
};

static struct iv_buf out;
static struct iv_redact_counts counts;

static int set_up(void **state)
{
	(void)state;
	iv_buf_init(&out, 1 << 20);
	counts = (struct iv_redact_counts){{0}};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_buf_deinit(&out);
	return 0;
}

static struct iv_str redact(const struct iv_redact *how, const char *text)
{
	iv_buf_clear(&out);
	assert_true(iv_redact_text(how, iv_str(text), &out, &counts));
	return iv_buf_str(&out);
}

static void what_is_personal_goes(void **state)
{
	const struct iv_redact how = {0};

	(void)state;
	assert_true(IV_COUNT(goes) >= 100);
	for (size_t i = 0; i < IV_COUNT(goes); i++)
		check_text(redact(&how, goes[i].in), goes[i].out);
}

static void what_only_looks_like_it_stays(void **state)
{
	const struct iv_redact how = {0};

	(void)state;
	assert_true(IV_COUNT(stays) >= 100);
	for (size_t i = 0; i < IV_COUNT(stays); i++)
		check_text(redact(&how, stays[i]), stays[i]);
	for (size_t i = 0; i < IV_REDACT_KIND_COUNT; i++)
		assert_int_equal(counts.found[i], 0);
}

/* In the middle of other words, nothing changes: neither for what goes nor for what stays. */
static void a_sentence_around_changes_nothing(void **state)
{
	const struct iv_redact how = {0};
	char text[600], want[600];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(goes); i++) {
		snprintf(text, sizeof(text), "Well, you know: %s, thank you.", goes[i].in);
		snprintf(want, sizeof(want), "Well, you know: %s, thank you.", goes[i].out);
		check_text(redact(&how, text), want);
	}
	for (size_t i = 0; i < IV_COUNT(stays); i++) {
		snprintf(text, sizeof(text), "Well, you know: %s, thank you.", stays[i]);
		check_text(redact(&how, text), text);
	}
}

/* All rows as one long text. */
static void add_all(struct iv_buf *text)
{
	for (size_t i = 0; i < IV_COUNT(goes) || i < IV_COUNT(stays); i++) {
		if (i < IV_COUNT(goes))
			assert_true(iv_buf_printf(text, "%s%s", goes[i].in, i % 3 ? "\n" : " and "));
		if (i < IV_COUNT(stays))
			assert_true(iv_buf_printf(text, "%s%s", stays[i], i % 2 ? ". " : "\n"));
	}
}

static void check_pieces(const struct iv_redact *how, struct iv_str text, size_t first, size_t step, struct iv_str want)
{
	struct iv_redact_stream s;
	struct iv_redact_counts found = {{0}};
	struct iv_buf got;
	size_t at = 0;

	iv_buf_init(&got, 1 << 20);
	iv_redact_begin(&s, how);
	while (at < text.len) {
		size_t n = at ? step : first;

		if (n > text.len - at)
			n = text.len - at;
		assert_true(iv_redact_feed(&s, (struct iv_str){text.ptr + at, n}, &got, &found));
		at += n;
		assert_true(s.held.len - s.at <= 600); /* what may be held back */
	}
	assert_true(iv_redact_end(&s, &got, &found));
	if (!iv_str_eq(iv_buf_str(&got), want))
		fail_msg("in pieces of %zu, %zu: %.*s", first, step, IV_FMT(iv_buf_str(&got)));
	iv_buf_deinit(&got);
}

static void a_text_in_pieces_is_treated_as_the_whole(void **state)
{
	static const struct iv_redact hows[] = {{0}, {.kinds = 0xff, .mode = IV_REDACT_LENGTH}};
	struct iv_buf text;
	struct iv_redact_counts whole;

	(void)state;
	iv_buf_init(&text, 1 << 20);
	add_all(&text);
	for (size_t k = 0; k < IV_COUNT(hows); k++) {
		whole = (struct iv_redact_counts){{0}};
		iv_buf_clear(&out);
		assert_true(iv_redact_text(&hows[k], iv_buf_str(&text), &out, &whole));
		assert_true(whole.found[IV_REDACT_PHONE] > 50 && whole.found[IV_REDACT_CARD] > 10);
		for (size_t step = 1; step <= 40; step++)
			check_pieces(&hows[k], iv_buf_str(&text), step, step, iv_buf_str(&out));
		for (size_t cut = 1; cut < text.len; cut += getenv("INVORTO_LONG") ? 7 : 41)
			check_pieces(&hows[k], iv_buf_str(&text), cut, text.len, iv_buf_str(&out));
	}
	iv_buf_deinit(&text);
	for (size_t i = 0; i < IV_COUNT(goes); i++) { /* each one, cut everywhere */
		for (size_t cut = 1; cut < strlen(goes[i].in); cut++)
			check_pieces(&hows[0], iv_str(goes[i].in), cut, 1, iv_str(goes[i].out));
	}
}

static void a_stream_may_be_given_up(void **state)
{
	const struct iv_redact how = {0};
	struct iv_redact_stream s;

	(void)state;
	iv_redact_begin(&s, &how);
	assert_true(iv_redact_feed(&s, IV_S("please call 98765"), &out, NULL));
	check_text(iv_buf_str(&out), "please "); /* the number may go on, and "call" be an address */
	assert_true(iv_redact_end(&s, NULL, NULL));
	iv_redact_begin(&s, &how);
	assert_true(iv_redact_end(&s, &out, NULL));
	check_text(iv_buf_str(&out), "please ");
}

static void lengths_can_be_kept(void **state)
{
	const struct iv_redact how = {.mode = IV_REDACT_LENGTH};
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"mail asha.rao@example.com now", "mail ****.***@*******.*** now"},
		{"call +91 98765-43210 now", "call +** *****-***** now"},
		{"(415) 867-5310", "(***) ***-****"},
		{"4111 1111 1111 1111", "**** **** **** ****"},
		{"ABCPE1234F 234123412346", "********** ************"},
		{"123-45-6789", "***-**-****"},
		{"jos\xC3\xA9@exemple.fr", "****@*******.**"},
		{"2026-11-21 stays", "2026-11-21 stays"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		check_text(redact(&how, rows[i].in), rows[i].out);
	for (size_t i = 0; i < IV_COUNT(goes); i++) {
		bool ascii = true;

		for (const char *c = goes[i].in; *c; c++)
			ascii = ascii && (unsigned char)*c < 0x80;
		if (ascii)
			assert_int_equal(redact(&how, goes[i].in).len, strlen(goes[i].in));
	}
}

static void digests_tell_the_same_from_another(void **state)
{
	const struct iv_redact how = {.mode = IV_REDACT_HASH, .hash_key = IV_S("tenant's key")};
	const struct iv_redact other = {.mode = IV_REDACT_HASH, .hash_key = IV_S("another's")};
	const struct iv_redact keyless = {.mode = IV_REDACT_HASH};
	char first[64], text[64];

	(void)state;
	assert_true(iv_str_copy(first, sizeof(first), redact(&how, "98765 43210")));
	/* by Python's hmac over "9876543210" */
	assert_string_equal(first, "[PHONE:f6b9d72dad29]");
	check_text(redact(&how, "9876543210"), first);
	check_text(redact(&how, "987-654-3210"), first);
	assert_true(iv_str_copy(text, sizeof(text), redact(&how, "9876543211")));
	assert_string_not_equal(text, first);
	assert_true(iv_str_copy(text, sizeof(text), redact(&other, "9876543210")));
	assert_string_not_equal(text, first);
	check_text(redact(&how, "ASHA@Example.com"), "[EMAIL:0edb9a15ef48]");
	check_text(redact(&how, "asha@example.COM"), "[EMAIL:0edb9a15ef48]");
	check_text(redact(&keyless, "9876543210"), "[PHONE]");
}

static void kinds_can_be_chosen(void **state)
{
	struct iv_redact how = {.kinds = 1U << IV_REDACT_CARD};
	static const struct {
		const char *in, *out;
	} ips[] = {
		{"192.168.100.200", "[IP]"},
		{"10.0.0.1:8080", "[IP]:8080"},
		{"from 203.0.113.9.", "from [IP]."},
		{"2001:db8::1", "[IP]"},
		{"see 2001:db8::1.", "see [IP]."},
		{"::1", "[IP]"},
		{"[fe80::1]:80", "[[IP]]:80"},
		{"::ffff:1.2.3.4", "[IP]"},
		{"version 1.2.3.4.5", "version 1.2.3.4.5"},
		{"1.2.3.256", "1.2.3.256"},
		{"10:30:00", "10:30:00"},
		{"00:1b:44:11:3a:b7", "00:1b:44:11:3a:b7"},
		{"std::string", "std::string"},
	};

	(void)state;
	check_text(redact(&how, "a@b.co 9876543210 4111111111111111 123-45-6789"),
		   "a@b.co 9876543210 [CARD] 123-45-6789");
	how.kinds = 1U << IV_REDACT_IP;
	for (size_t i = 0; i < IV_COUNT(ips); i++)
		check_text(redact(&how, ips[i].in), ips[i].out);
	how.kinds = 0;
	check_text(redact(&how, "192.168.100.200 a@b.co"), "192.168.100.200 [EMAIL]");
}

static void what_was_found_is_counted(void **state)
{
	const struct iv_redact how = {0};

	(void)state;
	redact(&how, "a@b.co and c@d.org, 98765 43210, 4111111111111111, ABCPE1234F, 2341 2341 2346, 219-09-9999");
	assert_int_equal(counts.found[IV_REDACT_EMAIL], 2);
	assert_int_equal(counts.found[IV_REDACT_PHONE], 1);
	assert_int_equal(counts.found[IV_REDACT_CARD], 1);
	assert_int_equal(counts.found[IV_REDACT_PAN], 1);
	assert_int_equal(counts.found[IV_REDACT_AADHAAR], 1);
	assert_int_equal(counts.found[IV_REDACT_SSN], 1);
}

static void one_wrong_digit_is_no_card_and_no_aadhaar(void **state)
{
	const struct iv_redact how = {.kinds = 1U << IV_REDACT_CARD | 1U << IV_REDACT_AADHAAR};
	static const char *const good[] = {"4111111111111111", "378282246310005", "234123412346", "499118665246"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(good); i++) {
		char bent[24];

		for (size_t at = 0; good[i][at]; at++) {
			for (char digit = '0'; digit <= '9'; digit++) {
				assert_true(iv_str_copy(bent, sizeof(bent), iv_str(good[i])));
				bent[at] = digit;
				if (digit == good[i][at])
					assert_true(redact(&how, bent).ptr[0] == '[');
				else
					check_text(redact(&how, bent), bent);
			}
		}
	}
}

static void a_full_buffer_stays_as_it_was(void **state)
{
	const struct iv_redact how = {0};
	struct iv_buf small;
	struct iv_err e = {0};

	(void)state;
	iv_buf_init(&small, 12);
	assert_true(iv_buf_adds(&small, IV_S("so: ")));
	assert_false(iv_redact_text(&how, IV_S("9876543210 and more"), &small, NULL));
	check_text(iv_buf_str(&small), "so: ");
	assert_false(iv_redact_json(&how, IV_S("{\"a\":\"9876543210\"}"), &small, NULL, &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	check_text(iv_buf_str(&small), "so: ");
	iv_buf_deinit(&small);
}

static void digits_and_letters_without_end_are_passed(void **state)
{
	const struct iv_redact how = {.kinds = 0xff};
	struct iv_buf text;
	static const char *const bits[] = {"9", "9 ", "98 ", "a", "a.", "a@", "9-", "(", "+1", "1:", ":", "f:", " at ", "1,", "-",
					   "x-", "9876543210 ", "a dot "};

	(void)state;
	iv_buf_init(&text, 1 << 20);
	for (size_t i = 0; i < IV_COUNT(bits); i++) {
		iv_buf_clear(&text);
		while (text.len < 20000)
			assert_true(iv_buf_adds(&text, iv_str(bits[i])));
		iv_buf_clear(&out);
		assert_true(iv_redact_text(&how, iv_buf_str(&text), &out, NULL));
		check_pieces(&how, iv_buf_str(&text), 1000, 777, iv_buf_str(&out));
	}
	iv_buf_deinit(&text);
}

/* ── JSON */

static struct iv_str redact_json(const struct iv_redact *how, const char *json)
{
	struct iv_err e = {0};

	iv_buf_clear(&out);
	if (!iv_redact_json(how, iv_str(json), &out, &counts, &e))
		fail_msg("%s: %s", json, e.msg);
	return iv_buf_str(&out);
}

static void json_is_redacted_by_name_and_by_text(void **state)
{
	static const char *const keep[] = {"note", NULL};
	const struct iv_redact how = {.keep = keep};
	static const struct {
		const char *in, *out;
	} rows[] = {
		/* an event as it is sent: what it is routed by stays */
		{"{\"eventId\":\"evt_9876543210\",\"type\":\"call.ended\",\"from\":\"+919876543210\",\"to\":\"+14158675310\","
		 "\"startedAt\":\"2026-11-21T10:00:00.000Z\",\"durationMs\":9876543210,\"url\":\"https://a.b/9876543210\","
		 "\"transcript\":\"my number is 9876543210\"}",
		 "{\"eventId\":\"evt_9876543210\",\"type\":\"call.ended\",\"from\":\"+919876543210\",\"to\":\"+14158675310\","
		 "\"startedAt\":\"2026-11-21T10:00:00.000Z\",\"durationMs\":9876543210,\"url\":\"https://a.b/9876543210\","
		 "\"transcript\":\"my number is [PHONE]\"}"},
		/* names that say it */
		{"{\"password\":\"x\",\"clientSecret\":\"y\",\"api_key\":\"z\",\"Authorization\":\"Bearer q\",\"otp\":123456}",
		 "{\"password\":\"[REDACTED]\",\"clientSecret\":\"[REDACTED]\",\"api_key\":\"[REDACTED]\","
		 "\"Authorization\":\"[REDACTED]\",\"otp\":\"[REDACTED]\"}"},
		{"{\"email\":\"n/a\",\"customer_phone\":12345,\"mobileNumber\":\"1\",\"aadhaar_no\":\"1\",\"ssn\":\"1\","
		 "\"pan\":\"x\",\"card_number\":\"x\"}",
		 "{\"email\":\"[EMAIL]\",\"customer_phone\":\"[PHONE]\",\"mobileNumber\":\"[PHONE]\",\"aadhaar_no\":\"[AADHAAR]\","
		 "\"ssn\":\"[SSN]\",\"pan\":\"[PAN]\",\"card_number\":\"[CARD]\"}"},
		{"{\"credentials\":{\"user\":\"u\",\"id\":7,\"on\":true,\"n\":null,\"l\":[\"a\"]}}",
		 "{\"credentials\":{\"user\":\"[REDACTED]\",\"id\":\"[REDACTED]\",\"on\":true,\"n\":null,\"l\":[\"[REDACTED]\"]}}"},
		/* names that only look like it */
		{"{\"maxTokens\":250,\"tokenCount\":3,\"secretary\":\"Ann\",\"company\":\"Acme\",\"wildcard\":\"*\",\"pinned\":\"x\","
		 "\"panel\":\"left\",\"keyboard\":\"qwerty\",\"publicKeyId\":\"k1\",\"emailed\":\"yes\",\"rateCardId\":\"r1\"}",
		 "{\"maxTokens\":250,\"tokenCount\":3,\"secretary\":\"Ann\",\"company\":\"Acme\",\"wildcard\":\"*\",\"pinned\":\"x\","
		 "\"panel\":\"left\",\"keyboard\":\"qwerty\",\"publicKeyId\":\"k1\",\"emailed\":\"yes\",\"rateCardId\":\"r1\"}"},
		/* the name stands in front of the number, as words would */
		{"{\"orderNumber\":\"9876543210\",\"amount\":\"9876543210\",\"callback\":\"23456789\",\"value\":\"9876543210\"}",
		 "{\"orderNumber\":\"9876543210\",\"amount\":\"9876543210\",\"callback\":\"[PHONE]\",\"value\":\"[PHONE]\"}"},
		/* numbers are counted with, but for cards */
		{"{\"value\":9876543210,\"price\":1.25,\"big\":4111111111111111,\"bad\":4111111111111112,\"x\":[4111111111111111]}",
		 "{\"value\":9876543210,\"price\":1.25,\"big\":\"[CARD]\",\"bad\":4111111111111112,\"x\":[\"[CARD]\"]}"},
		/* lists are called as their member is */
		{"{\"emails\":[\"a\",\"b@c.de\"],\"ids\":[\"9876543210\"],\"phone\":[\"1\",{\"x\":\"2\"}],\"turns\":[{\"text\":\"a@b.co\"}]}",
		 "{\"emails\":[\"a\",\"[EMAIL]\"],\"ids\":[\"9876543210\"],\"phone\":[\"[PHONE]\",{\"x\":\"[PHONE]\"}],"
		 "\"turns\":[{\"text\":\"[EMAIL]\"}]}"},
		{"{\"note\":\"9876543210\",\"notes\":\"9876543210\"}", "{\"note\":\"9876543210\",\"notes\":\"[PHONE]\"}"},
		{"\"a@b.co\"", "\"[EMAIL]\""},
		{"[true,null,1]", "[true,null,1]"},
		{"{\"a\":\"\",\"b\":{},\"c\":[]}", "{\"a\":\"\",\"b\":{},\"c\":[]}"},
		{"{\"9876543210\":\"x\"}", "{\"9876543210\":\"x\"}"}, /* names of members stay */
		{"{\"t\":\"line \\\"a@b.co\\\"\\n\\u00e9\"}", "{\"t\":\"line \\\"[EMAIL]\\\"\\n\xC3\xA9\"}"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		check_text(redact_json(&how, rows[i].in), rows[i].out);
	assert_true(counts.found[IV_REDACT_KEY] >= 8);
}

static void json_that_is_none_is_refused(void **state)
{
	const struct iv_redact how = {0};
	struct iv_err e = {0};

	(void)state;
	assert_false(iv_redact_json(&how, IV_S("{\"a\":"), &out, NULL, &e));
	assert_int_equal(e.code, IV_EINVAL);
	assert_int_equal(out.len, 0);
}

static void kinds_and_modes_hold_for_json_too(void **state)
{
	struct iv_redact how = {.kinds = 1U << IV_REDACT_EMAIL};

	(void)state;
	check_text(redact_json(&how, "{\"phone\":\"9876543210\",\"password\":\"x\",\"t\":\"a@b.co\",\"n\":4111111111111111}"),
		   "{\"phone\":\"9876543210\",\"password\":\"x\",\"t\":\"[EMAIL]\",\"n\":4111111111111111}");
	how = (struct iv_redact){.mode = IV_REDACT_LENGTH};
	check_text(redact_json(&how, "{\"phone\":\"+91 98765 43210\",\"password\":\"hunter 2\"}"),
		   "{\"phone\":\"+** ***** *****\",\"password\":\"****** *\"}");
}

int main(void)
{
#define REDACT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		REDACT_TEST(what_is_personal_goes),
		REDACT_TEST(what_only_looks_like_it_stays),
		REDACT_TEST(a_sentence_around_changes_nothing),
		REDACT_TEST(a_text_in_pieces_is_treated_as_the_whole),
		REDACT_TEST(a_stream_may_be_given_up),
		REDACT_TEST(lengths_can_be_kept),
		REDACT_TEST(digests_tell_the_same_from_another),
		REDACT_TEST(kinds_can_be_chosen),
		REDACT_TEST(what_was_found_is_counted),
		REDACT_TEST(one_wrong_digit_is_no_card_and_no_aadhaar),
		REDACT_TEST(a_full_buffer_stays_as_it_was),
		REDACT_TEST(digits_and_letters_without_end_are_passed),
		REDACT_TEST(json_is_redacted_by_name_and_by_text),
		REDACT_TEST(json_that_is_none_is_refused),
		REDACT_TEST(kinds_and_modes_hold_for_json_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
