-- compatible: rows more. Hours of Nevada and Minnesota.
set local role invorto_owner;

insert into calling_rules (id, region, kind, days, from_time, to_time, source_url, as_of, why) values
	('us-nv', 'US-NV', 'any', '{1,2,3,4,5,6,7}', '09:00', '21:00',
		'http://www.contactcentercompliance.com/legal/statutes/NV/NRS/597.814.adpx', '2026-11-22',
		'NRS 597.814(2)(a), as copied there: automatic dialling and announcing; every call from here is one'),
	('us-nv-marketing', 'US-NV', 'marketing', '{1,2,3,4,5,6,7}', '09:00', '20:00',
		'https://www.dropcowboy.com/state-compliance', '2026-11-22',
		'secondary source, of 2025-11-01: until 20:00, which is narrower than the statute at hand'),
	('us-mn', 'US-MN', 'marketing', '{1,2,3,4,5,6,7}', '09:00', '21:00',
		'https://www.dropcowboy.com/state-compliance', '2026-11-22',
		'secondary source, of 2025-11-01; Minn. Stat. 325E.26-.31 ask for consent to automatic dialling besides');
