/** 7 to 15 digits that do not begin with 0; spaces, dashes, dots and brackets between them do not matter. */
export function validatePhoneNumber(number: string): boolean {
	return /^\+?[1-9]\d{6,14}$/.test(number.replace(/[\s().-]/g, ''));
}

/** As E.164. What begins with + is kept; a leading 0 is the trunk's; ten digits are of `countryCode`. */
export function formatPhoneNumber(number: string, countryCode = '+91'): string {
	const digits = number.replace(/[\s().-]/g, ''), country = countryCode.replace('+', '');
	if (digits.startsWith('+'))
		return digits;
	if (digits.startsWith('0'))
		return `+${country}${digits.slice(1)}`;
	return digits.length === 10 || !digits.startsWith(country) ? `+${country}${digits}` : `+${digits}`;
}
