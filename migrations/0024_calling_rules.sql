-- compatible: whether and when a person may be called: the hours of the law as rows, where a number may be, who said no.
set local role invorto_owner;

-- ── where a number may be ──
-- A place whose numbers can be told from others', and every zone its people may live in. A zone is a name for
-- `at time zone`; what its clock shows is the server's own knowledge.
create table calling_regions (
	id text primary key,
	country text not null check (country ~ '^[A-Z]{2}$'),
	subdivision text check (subdivision ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'),
	zones text[] not null check (cardinality(zones) > 0),
	why text                                      -- why several zones
);

-- Digits that a number begins with, without the plus sign. The longest that fits says the region.
create table calling_prefixes (
	prefix text primary key check (prefix ~ '^[1-9][0-9]{0,6}$'),
	region_id text not null references calling_regions
);

-- Hours of the callee's own clock in which the law lets him be called, for every tenant. The rows of one region and
-- kind add up; all of these that apply to a call must agree: those of its region, of its country and subdivision, of
-- kind 'any' and of its own. Where a country has none, those of '*' apply.
create table calling_rules (
	id text primary key,
	region text not null,                         -- a country, a subdivision, the id of a region, '*'
	kind text not null default 'any' check (kind in ('any', 'marketing', 'collection')),
	days integer[] not null default '{1,2,3,4,5,6,7}' check (days <@ '{1,2,3,4,5,6,7}' and cardinality(days) > 0), -- 1: Monday
	from_time time not null,
	to_time time not null check (from_time < to_time),
	registry_days integer check (registry_days > 0), -- the national list must be asked, and be no older
	source_url text not null check (source_url ~ '^https?://'),
	as_of date not null,
	why text
);
create index calling_rules_by_region on calling_rules (region, kind);

-- Everybody reads them, a migration changes them.
grant select on calling_regions, calling_prefixes, calling_rules to invorto_app, invorto_worker;

insert into calling_rules (id, region, kind, days, from_time, to_time, registry_days, source_url, as_of, why) values
	('default', '*', 'any', '{1,2,3,4,5,6,7}', '09:00', '20:00', null,
		'https://www.itu.int/en/ITU-T/inr/Pages/default.aspx', '2026-11-21',
		'of no law: what is polite wherever no rule is known'),
	('us', 'US', 'any', '{1,2,3,4,5,6,7}', '08:00', '21:00', null,
		'https://www.law.cornell.edu/cfr/text/47/64.1200', '2026-11-21', '47 CFR 64.1200(c)(1), called party''s local time'),
	('us-marketing', 'US', 'marketing', '{1,2,3,4,5,6,7}', '08:00', '21:00', 31,
		'https://www.law.cornell.edu/cfr/text/16/310.4', '2026-11-21', '16 CFR 310.4(b)(3)(iv) and (c): the registry no older than 31 days'),
	('us-fl', 'US-FL', 'any', '{1,2,3,4,5,6,7}', '08:00', '20:00', null,
		'http://www.leg.state.fl.us/statutes/index.cfm?App_mode=Display_Statute&URL=0500-0599/0501/Sections/0501.616.html',
		'2026-11-21', null),
	('us-ok', 'US-OK', 'any', '{1,2,3,4,5,6,7}', '08:00', '20:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'secondary source'),
	('us-md', 'US-MD', 'any', '{1,2,3,4,5,6,7}', '08:00', '20:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'secondary source'),
	('us-wa', 'US-WA', 'any', '{1,2,3,4,5,6,7}', '08:00', '20:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'secondary source'),
	('us-wy', 'US-WY', 'any', '{1,2,3,4,5,6,7}', '08:00', '20:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'secondary source'),
	('us-tx', 'US-TX', 'any', '{1,2,3,4,5,6}', '09:00', '21:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'weekdays and Saturday'),
	('us-tx-sunday', 'US-TX', 'any', '{7}', '12:00', '21:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'Sunday from noon'),
	('us-ky', 'US-KY', 'any', '{1,2,3,4,5,6,7}', '10:00', '21:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'secondary source'),
	('us-me', 'US-ME', 'any', '{1,2,3,4,5}', '09:00', '17:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'automated calls; every call from here is one'),
	('us-pa', 'US-PA', 'any', '{1,2,3,4,5,6}', '08:00', '21:00', null,
		'https://www.telemarketingrules.com/', '2026-11-21', 'no Sundays, from 2026-10-18; kept before it as well'),
	('nanp', 'NANP', 'any', '{1,2,3,4,5,6,7}', '09:00', '20:00', null,
		'https://www.nanpa.com/', '2026-11-21', 'an area code that says no state: the default in every zone, within the federal hours'),
	('in-marketing', 'IN', 'marketing', '{1,2,3,4,5,6,7}', '10:00', '21:00', null,
		'https://trai.gov.in/telecom/quality-service/unsolicited-commercial-communications', '2026-11-21',
		'09-21 and 10-21 are both quoted for promotional voice; the narrower, until the regulator''s own text is at hand'),
	('in-collection', 'IN', 'collection', '{1,2,3,4,5,6,7}', '08:00', '19:00', null,
		'https://www.rbi.org.in/Scripts/NotificationUser.aspx', '2026-11-21', 'recovery of loans, the Reserve Bank''s circular of 2022-08-12');

-- Where the clocks of neighbours are kept, a number from there may be on either.
with areas (id, country, subdivision, zones, prefixes, why) as (values
	('US-AL', 'US', 'US-AL', 'America/Chicago', '1205 1251 1256 1659 1938', null),
	('US-AL-334', 'US', 'US-AL',
		'America/Chicago America/New_York',
		'1334 1483', 'lives by the clock of Georgia in the east'),
	('US-AK', 'US', 'US-AK',
		'America/Anchorage America/Juneau America/Sitka America/Metlakatla America/Yakutat America/Nome'
		' America/Adak',
		'1907', null),
	('US-AZ', 'US', 'US-AZ', 'America/Phoenix', '1480 1520 1602 1623', null),
	('US-AZ-928', 'US', 'US-AZ', 'America/Phoenix America/Denver', '1928', 'the Navajo Nation changes its clocks'),
	('US-AR', 'US', 'US-AR', 'America/Chicago', '1327 1479 1501 1870', null),
	('US-CA', 'US', 'US-CA',
		'America/Los_Angeles',
		'1209 1213 1279 1310 1323 1341 1350 1357 1369 1408 1415 1424 1442 1510 1530 1559 1562 1619 1626 1628'
		' 1650 1657 1661 1669 1707 1714 1738 1747 1760 1805 1818 1820 1831 1837 1840 1858 1909 1916 1925 1949'
		' 1951', null),
	('US-CO', 'US', 'US-CO', 'America/Denver', '1303 1719 1720 1748 1970 1983', null),
	('US-CT', 'US', 'US-CT', 'America/New_York', '1203 1475 1860 1959', null),
	('US-DE', 'US', 'US-DE', 'America/New_York', '1302', null),
	('US-DC', 'US', 'US-DC', 'America/New_York', '1202 1771', null),
	('US-FL', 'US', 'US-FL',
		'America/New_York',
		'1239 1305 1321 1324 1352 1386 1407 1561 1645 1656 1689 1727 1728 1754 1772 1786 1813 1863 1904 1941'
		' 1954', null),
	('US-FL-448', 'US', 'US-FL',
		'America/New_York America/Chicago',
		'1448 1850', 'the panhandle is divided at the Apalachicola'),
	('US-GA', 'US', 'US-GA', 'America/New_York', '1229 1404 1470 1478 1678 1706 1762 1770 1912 1943', null),
	('US-HI', 'US', 'US-HI', 'Pacific/Honolulu', '1808', null),
	('US-ID', 'US', 'US-ID', 'America/Boise America/Los_Angeles', '1208 1986', null),
	('US-IL', 'US', 'US-IL',
		'America/Chicago',
		'1217 1224 1309 1312 1331 1447 1464 1618 1630 1708 1730 1773 1779 1815 1847 1861 1872', null),
	('US-IN', 'US', 'US-IN', 'America/Indiana/Indianapolis', '1260 1317 1463 1765', null),
	('US-IN-219', 'US', 'US-IN',
		'America/Indiana/Indianapolis America/Indiana/Knox America/Indiana/Winamac America/Chicago',
		'1219 1574', 'both clocks'),
	('US-IN-812', 'US', 'US-IN',
		'America/Indiana/Indianapolis America/Indiana/Vincennes America/Indiana/Petersburg'
		' America/Indiana/Tell_City America/Indiana/Marengo America/Indiana/Vevay America/Chicago',
		'1812 1930', 'both clocks'),
	('US-IA', 'US', 'US-IA', 'America/Chicago', '1319 1515 1563 1641 1712', null),
	('US-KS', 'US', 'US-KS', 'America/Chicago', '1316 1913', null),
	('US-KS-620', 'US', 'US-KS', 'America/Chicago America/Denver', '1620 1785', 'both clocks'),
	('US-KY', 'US', 'US-KY', 'America/New_York America/Kentucky/Louisville', '1502 1859', null),
	('US-KY-270', 'US', 'US-KY',
		'America/New_York America/Kentucky/Louisville America/Kentucky/Monticello America/Chicago',
		'1270 1364 1606', 'both clocks'),
	('US-LA', 'US', 'US-LA', 'America/Chicago', '1225 1318 1337 1457 1504 1985', null),
	('US-ME', 'US', 'US-ME', 'America/New_York', '1207', null),
	('US-MD', 'US', 'US-MD', 'America/New_York', '1227 1240 1301 1410 1443 1667', null),
	('US-MA', 'US', 'US-MA', 'America/New_York', '1339 1351 1413 1508 1617 1774 1781 1857 1978', null),
	('US-MI', 'US', 'US-MI', 'America/Detroit', '1231 1248 1269 1313 1517 1586 1616 1679 1734 1810 1947 1989', null),
	('US-MI-906', 'US', 'US-MI', 'America/Detroit America/Menominee', '1906', 'both clocks'),
	('US-MN', 'US', 'US-MN', 'America/Chicago', '1218 1320 1507 1612 1651 1763 1924 1952', null),
	('US-MS', 'US', 'US-MS', 'America/Chicago', '1228 1471 1601 1662 1769', null),
	('US-MO', 'US', 'US-MO', 'America/Chicago', '1235 1314 1417 1557 1573 1636 1660 1816 1975', null),
	('US-MT', 'US', 'US-MT', 'America/Denver', '1406', null),
	('US-NE', 'US', 'US-NE', 'America/Chicago America/Denver', '1308 1402 1531', 'both clocks'),
	('US-NV', 'US', 'US-NV', 'America/Los_Angeles', '1702 1725', null),
	('US-NV-775', 'US', 'US-NV',
		'America/Los_Angeles America/Denver America/Boise',
		'1775', 'West Wendover and Jackpot live by the clock of their neighbours'),
	('US-NH', 'US', 'US-NH', 'America/New_York', '1603', null),
	('US-NJ', 'US', 'US-NJ', 'America/New_York', '1201 1551 1609 1640 1732 1848 1856 1862 1908 1973', null),
	('US-NM', 'US', 'US-NM', 'America/Denver', '1505 1575', null),
	('US-NY', 'US', 'US-NY',
		'America/New_York',
		'1212 1315 1329 1332 1347 1363 1516 1518 1585 1607 1624 1631 1646 1680 1716 1718 1838 1845 1914 1917'
		' 1929 1934', null),
	('US-NC', 'US', 'US-NC', 'America/New_York', '1252 1336 1472 1704 1743 1828 1910 1919 1980 1984', null),
	('US-ND', 'US', 'US-ND',
		'America/Chicago America/Denver America/North_Dakota/Center America/North_Dakota/New_Salem'
		' America/North_Dakota/Beulah',
		'1701', 'both clocks'),
	('US-OH', 'US', 'US-OH',
		'America/New_York',
		'1216 1220 1234 1283 1326 1330 1380 1419 1436 1440 1513 1567 1614 1740 1937', null),
	('US-OK', 'US', 'US-OK', 'America/Chicago', '1405 1539 1572 1918', null),
	('US-OK-580', 'US', 'US-OK', 'America/Chicago America/Denver', '1580', 'Kenton lives by the clock of New Mexico'),
	('US-OR', 'US', 'US-OR', 'America/Los_Angeles', '1503 1971', null),
	('US-OR-458', 'US', 'US-OR', 'America/Los_Angeles America/Boise', '1458 1541', 'Malheur county'),
	('US-PA', 'US', 'US-PA',
		'America/New_York',
		'1215 1223 1267 1272 1412 1445 1484 1570 1582 1610 1717 1724 1814 1835 1878', null),
	('US-RI', 'US', 'US-RI', 'America/New_York', '1401', null),
	('US-SC', 'US', 'US-SC', 'America/New_York', '1803 1821 1839 1843 1854 1864', null),
	('US-SD', 'US', 'US-SD', 'America/Chicago America/Denver', '1605', 'both clocks'),
	('US-TN', 'US', 'US-TN', 'America/Chicago', '1615 1629 1731 1901', null),
	('US-TN-865', 'US', 'US-TN', 'America/New_York', '1865', null),
	('US-TN-423', 'US', 'US-TN', 'America/New_York America/Chicago', '1423 1729 1931', 'both clocks'),
	('US-TX', 'US', 'US-TX',
		'America/Chicago',
		'1210 1214 1254 1281 1325 1346 1361 1409 1430 1469 1512 1621 1682 1713 1726 1737 1806 1817 1830 1832'
		' 1903 1936 1940 1945 1956 1972 1979', null),
	('US-TX-432', 'US', 'US-TX', 'America/Chicago America/Denver', '1432 1915', 'both clocks'),
	('US-UT', 'US', 'US-UT', 'America/Denver', '1385 1435 1801', null),
	('US-VT', 'US', 'US-VT', 'America/New_York', '1802', null),
	('US-VA', 'US', 'US-VA', 'America/New_York', '1276 1434 1540 1571 1686 1703 1757 1804 1826 1948', null),
	('US-WA', 'US', 'US-WA', 'America/Los_Angeles', '1206 1253 1360 1425 1509 1564', null),
	('US-WV', 'US', 'US-WV', 'America/New_York', '1304 1681', null),
	('US-WI', 'US', 'US-WI', 'America/Chicago', '1262 1274 1353 1414 1534 1608 1715 1920', null),
	('US-WY', 'US', 'US-WY', 'America/Denver', '1307', null),
	('US-PR', 'US', 'US-PR', 'America/Puerto_Rico', '1787 1939', null),
	('US-VI', 'US', 'US-VI', 'America/St_Thomas', '1340', null),
	('US-GU', 'US', 'US-GU', 'Pacific/Guam', '1671', null),
	('US-MP', 'US', 'US-MP', 'Pacific/Saipan', '1670', null),
	('US-AS', 'US', 'US-AS', 'Pacific/Pago_Pago', '1684', null),
	('CA-AB', 'CA', 'CA-AB', 'America/Edmonton', '1368 1403 1587 1780 1825', null),
	('CA-BC', 'CA', 'CA-BC', 'America/Vancouver', '1604', null),
	('CA-BC-236', 'CA', 'CA-BC',
		'America/Vancouver America/Edmonton America/Creston America/Dawson_Creek America/Fort_Nelson',
		'1236 1250 1257 1672 1778', 'three clocks'),
	('CA-MB', 'CA', 'CA-MB', 'America/Winnipeg', '1204 1431 1584', null),
	('CA-NB', 'CA', 'CA-NB', 'America/Moncton', '1428 1506', null),
	('CA-NL', 'CA', 'CA-NL', 'America/St_Johns America/Goose_Bay', '1709 1879', 'two clocks'),
	('CA-NS', 'CA', 'CA-NS', 'America/Halifax America/Glace_Bay', '1782 1902', 'with Prince Edward Island'),
	('CA-ON', 'CA', 'CA-ON',
		'America/Toronto',
		'1226 1249 1289 1343 1365 1382 1416 1437 1519 1548 1613 1647 1683 1705 1742 1753 1905 1942', null),
	('CA-ON-807', 'CA', 'CA-ON', 'America/Toronto America/Winnipeg America/Atikokan', '1807', 'three clocks'),
	('CA-QC', 'CA', 'CA-QC', 'America/Toronto', '1263 1354 1438 1450 1468 1514 1579 1819 1873', null),
	('CA-QC-367', 'CA', 'CA-QC',
		'America/Toronto America/Halifax America/Blanc-Sablon',
		'1367 1418 1581', 'the islands and the lower shore'),
	('CA-SK', 'CA', 'CA-SK',
		'America/Regina America/Swift_Current America/Edmonton',
		'1306 1474 1639', 'Lloydminster lives by the clock of Alberta'),
	('CA-YT', 'CA', 'CA-YT',
		'America/Whitehorse America/Dawson America/Inuvik America/Edmonton America/Yellowknife'
		' America/Cambridge_Bay America/Rankin_Inlet America/Resolute America/Winnipeg America/Iqaluit'
		' America/Toronto',
		'1867', 'the three territories'),
	('AG', 'AG', null, 'America/Antigua', '1268', null),
	('AI', 'AI', null, 'America/Anguilla', '1264', null),
	('BB', 'BB', null, 'America/Barbados', '1246', null),
	('BM', 'BM', null, 'Atlantic/Bermuda', '1441', null),
	('BS', 'BS', null, 'America/Nassau', '1242', null),
	('DM', 'DM', null, 'America/Dominica', '1767', null),
	('DO', 'DO', null, 'America/Santo_Domingo', '1809 1829 1849', null),
	('GD', 'GD', null, 'America/Grenada', '1473', null),
	('JM', 'JM', null, 'America/Jamaica', '1658 1876', null),
	('KN', 'KN', null, 'America/St_Kitts', '1869', null),
	('KY', 'KY', null, 'America/Cayman', '1345', null),
	('LC', 'LC', null, 'America/St_Lucia', '1758', null),
	('MS', 'MS', null, 'America/Montserrat', '1664', null),
	('SX', 'SX', null, 'America/Lower_Princes', '1721', null),
	('TC', 'TC', null, 'America/Grand_Turk', '1649', null),
	('TT', 'TT', null, 'America/Port_of_Spain', '1868', null),
	('VC', 'VC', null, 'America/St_Vincent', '1784', null),
	('VG', 'VG', null, 'America/Tortola', '1284', null),
	('NANP', 'US', null,
		'America/Adak America/Anchorage America/Anguilla America/Antigua America/Atikokan America/Barbados'
		' America/Blanc-Sablon America/Boise America/Cambridge_Bay America/Cayman America/Chicago'
		' America/Creston America/Dawson America/Dawson_Creek America/Denver America/Detroit America/Dominica'
		' America/Edmonton America/Fort_Nelson America/Glace_Bay America/Goose_Bay America/Grand_Turk'
		' America/Grenada America/Halifax America/Indiana/Indianapolis America/Indiana/Knox'
		' America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Tell_City America/Indiana/Vevay'
		' America/Indiana/Vincennes America/Indiana/Winamac America/Inuvik America/Iqaluit America/Jamaica'
		' America/Juneau America/Kentucky/Louisville America/Kentucky/Monticello America/Los_Angeles'
		' America/Lower_Princes America/Menominee America/Metlakatla America/Moncton America/Montserrat'
		' America/Nassau America/New_York America/Nome America/North_Dakota/Beulah America/North_Dakota/Center'
		' America/North_Dakota/New_Salem America/Phoenix America/Port_of_Spain America/Puerto_Rico'
		' America/Rankin_Inlet America/Regina America/Resolute America/Santo_Domingo America/Sitka'
		' America/St_Johns America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent'
		' America/Swift_Current America/Toronto America/Tortola America/Vancouver America/Whitehorse'
		' America/Winnipeg America/Yakutat America/Yellowknife Atlantic/Bermuda Pacific/Honolulu',
		'1', 'an area code of North America that is not in the table, or belongs to no place'),
	('RU-401', 'RU', null, 'Europe/Kaliningrad', '7401', null),
	('RU-47', 'RU', null,
		'Europe/Moscow',
		'747 748 749 781 782 7831 7834 7835 7836 7841 7843 7847 7855 7861 7862 7863 7865 7866 7867 787', null),
	('RU-833', 'RU', null, 'Europe/Kirov', '7833', null),
	('RU-844', 'RU', null, 'Europe/Volgograd', '7844', null),
	('RU-851', 'RU', null, 'Europe/Astrakhan', '7851', null),
	('RU-845', 'RU', null, 'Europe/Saratov', '7845', null),
	('RU-842', 'RU', null, 'Europe/Ulyanovsk', '7842', null),
	('RU-846', 'RU', null, 'Europe/Samara', '7846 7848 7341', null),
	('RU-342', 'RU', null, 'Asia/Yekaterinburg', '7342 7343 7345 7346 7347 7349 7351 7352 7353', null),
	('RU-381', 'RU', null, 'Asia/Omsk', '7381', null),
	('RU-382', 'RU', null, 'Asia/Tomsk', '7382', null),
	('RU-383', 'RU', null, 'Asia/Novosibirsk', '7383', null),
	('RU-384', 'RU', null, 'Asia/Novokuznetsk', '7384', null),
	('RU-385', 'RU', null, 'Asia/Barnaul', '7385 7388', null),
	('RU-390', 'RU', null, 'Asia/Krasnoyarsk', '7390 7391 7394', null),
	('RU-301', 'RU', null, 'Asia/Irkutsk', '7301 7395', null),
	('RU-302', 'RU', null, 'Asia/Chita', '7302', null),
	('RU-416', 'RU', null, 'Asia/Yakutsk', '7416', null),
	('RU-411', 'RU', null,
		'Asia/Yakutsk Asia/Vladivostok Asia/Khandyga Asia/Ust-Nera Asia/Srednekolymsk',
		'7411', null),
	('RU-413', 'RU', null, 'Asia/Magadan', '7413', null),
	('RU-415', 'RU', null, 'Asia/Kamchatka', '7415', null),
	('RU-421', 'RU', null, 'Asia/Vladivostok', '7421 7423 7426', null),
	('RU-424', 'RU', null, 'Asia/Sakhalin Asia/Srednekolymsk', '7424', null),
	('RU-427', 'RU', null, 'Asia/Anadyr', '7427', null),
	('BR-11', 'BR', null,
		'America/Sao_Paulo',
		'5511 5512 5513 5514 5515 5516 5517 5518 5519 5521 5522 5524 5527 5528 5531 5532 5533 5534 5535 5537'
		' 5538 5541 5542 5543 5544 5545 5546 5547 5548 5549 5551 5553 5554 5555 5561 5562 5564', null),
	('BR-63', 'BR', null, 'America/Araguaina', '5563', null),
	('BR-65', 'BR', null, 'America/Cuiaba', '5565 5566', null),
	('BR-67', 'BR', null, 'America/Campo_Grande', '5567', null),
	('BR-68', 'BR', null, 'America/Rio_Branco America/Eirunepe', '5568', null),
	('BR-69', 'BR', null, 'America/Porto_Velho', '5569', null),
	('BR-71', 'BR', null, 'America/Bahia', '5571 5573 5574 5575 5577', null),
	('BR-79', 'BR', null, 'America/Maceio', '5579 5582', null),
	('BR-81', 'BR', null, 'America/Recife America/Noronha', '5581', null),
	('BR-87', 'BR', null, 'America/Recife', '5587', null),
	('BR-83', 'BR', null, 'America/Fortaleza', '5583 5584 5585 5586 5588 5589 5598 5599', null),
	('BR-91', 'BR', null, 'America/Belem America/Santarem', '5591 5593 5594', null),
	('BR-92', 'BR', null, 'America/Manaus', '5592', null),
	('BR-95', 'BR', null, 'America/Boa_Vista', '5595', null),
	('BR-96', 'BR', null, 'America/Belem', '5596', null),
	('BR-97', 'BR', null, 'America/Manaus America/Eirunepe', '5597', null),
	('AU-2', 'AU', null,
		'Australia/Sydney Australia/Brisbane Australia/Broken_Hill Australia/Lord_Howe',
		'612', 'with what lies just over the border'),
	('AU-3', 'AU', null,
		'Australia/Melbourne Australia/Hobart Australia/Sydney Australia/Adelaide',
		'613', 'with what lies just over the border'),
	('AU-7', 'AU', null,
		'Australia/Brisbane Australia/Lindeman Australia/Sydney',
		'617', 'with what lies just over the border'),
	('AU-8', 'AU', null,
		'Australia/Adelaide Australia/Darwin Australia/Perth Australia/Eucla Australia/Broken_Hill',
		'618', 'with what lies just over the border'),
	('CC', 'CC', null, 'Indian/Cocos', '6189162', null),
	('CX', 'CX', null, 'Indian/Christmas', '6189164', null),
	('MX-55', 'MX', null, 'America/Mexico_City', '5255 5256 5233 5222 5224 5225 5227 527', null),
	('MX-3', 'MX', null, 'America/Mexico_City America/Mazatlan America/Bahia_Banderas', '523', null),
	('MX-6', 'MX', null,
		'America/Tijuana America/Hermosillo America/Mazatlan America/Chihuahua America/Ciudad_Juarez'
		' America/Ojinaga',
		'526', null),
	('MX-8', 'MX', null, 'America/Mexico_City America/Monterrey America/Matamoros', '528', null),
	('MX-9', 'MX', null, 'America/Mexico_City America/Merida America/Cancun', '529', null),
	('ID-2', 'ID', null, 'Asia/Jakarta', '622 6231 6232 6233 6234 6235 626 627', null),
	('ID-36', 'ID', null, 'Asia/Makassar', '6236 6237 6238 624 6251 6254 6255', null),
	('ID-53', 'ID', null, 'Asia/Pontianak', '6253 6256', null),
	('ID-52', 'ID', null, 'Asia/Pontianak Asia/Makassar', '6252', null),
	('ID-9', 'ID', null, 'Asia/Jayapura', '629', null),
	('ES-8', 'ES', null, 'Europe/Madrid Africa/Ceuta', '348 349', null),
	('ES-822', 'ES', null, 'Atlantic/Canary', '34822 34828 34922 34928', null),
	('PT-2', 'PT', null, 'Europe/Lisbon', '3512', null),
	('PT-291', 'PT', null, 'Atlantic/Madeira', '351291', null),
	('PT-292', 'PT', null, 'Atlantic/Azores', '351292 351295 351296', null),
	('CL-2', 'CL', null, 'America/Santiago', '562', null),
	('CL-61', 'CL', null, 'America/Punta_Arenas', '5661', null),
	('EC-2', 'EC', null, 'America/Guayaquil', '5932 5933 5934 5936 5937', null),
	('NZ-4', 'NZ', null, 'Pacific/Auckland', '644 646 647 649', null),
	('KZ', 'KZ', null,
		'Asia/Almaty Asia/Qyzylorda Asia/Qostanay Asia/Aqtobe Asia/Aqtau Asia/Atyrau Asia/Oral',
		'76 77', null),
	('EG', 'EG', null, 'Africa/Cairo', '20', null),
	('SS', 'SS', null, 'Africa/Juba', '211', null),
	('MA', 'MA', null, 'Africa/Casablanca Africa/El_Aaiun', '212', 'all zones of Morocco, Western Sahara'),
	('DZ', 'DZ', null, 'Africa/Algiers', '213', null),
	('TN', 'TN', null, 'Africa/Tunis', '216', null),
	('LY', 'LY', null, 'Africa/Tripoli', '218', null),
	('GM', 'GM', null, 'Africa/Banjul', '220', null),
	('SN', 'SN', null, 'Africa/Dakar', '221', null),
	('MR', 'MR', null, 'Africa/Nouakchott', '222', null),
	('ML', 'ML', null, 'Africa/Bamako', '223', null),
	('GN', 'GN', null, 'Africa/Conakry', '224', null),
	('CI', 'CI', null, 'Africa/Abidjan', '225', null),
	('BF', 'BF', null, 'Africa/Ouagadougou', '226', null),
	('NE', 'NE', null, 'Africa/Niamey', '227', null),
	('TG', 'TG', null, 'Africa/Lome', '228', null),
	('BJ', 'BJ', null, 'Africa/Porto-Novo', '229', null),
	('MU', 'MU', null, 'Indian/Mauritius', '230', null),
	('LR', 'LR', null, 'Africa/Monrovia', '231', null),
	('SL', 'SL', null, 'Africa/Freetown', '232', null),
	('GH', 'GH', null, 'Africa/Accra', '233', null),
	('NG', 'NG', null, 'Africa/Lagos', '234', null),
	('TD', 'TD', null, 'Africa/Ndjamena', '235', null),
	('CF', 'CF', null, 'Africa/Bangui', '236', null),
	('CM', 'CM', null, 'Africa/Douala', '237', null),
	('CV', 'CV', null, 'Atlantic/Cape_Verde', '238', null),
	('ST', 'ST', null, 'Africa/Sao_Tome', '239', null),
	('GQ', 'GQ', null, 'Africa/Malabo', '240', null),
	('GA', 'GA', null, 'Africa/Libreville', '241', null),
	('CG', 'CG', null, 'Africa/Brazzaville', '242', null),
	('CD', 'CD', null, 'Africa/Kinshasa Africa/Lubumbashi', '243', 'all zones of Congo (Dem. Rep.)'),
	('AO', 'AO', null, 'Africa/Luanda', '244', null),
	('GW', 'GW', null, 'Africa/Bissau', '245', null),
	('IO', 'IO', null, 'Indian/Chagos', '246', null),
	('AC', 'AC', null, 'Atlantic/St_Helena', '247', null),
	('SC', 'SC', null, 'Indian/Mahe', '248', null),
	('SD', 'SD', null, 'Africa/Khartoum', '249', null),
	('RW', 'RW', null, 'Africa/Kigali', '250', null),
	('ET', 'ET', null, 'Africa/Addis_Ababa', '251', null),
	('SO', 'SO', null, 'Africa/Mogadishu', '252', null),
	('DJ', 'DJ', null, 'Africa/Djibouti', '253', null),
	('KE', 'KE', null, 'Africa/Nairobi', '254', null),
	('TZ', 'TZ', null, 'Africa/Dar_es_Salaam', '255', null),
	('UG', 'UG', null, 'Africa/Kampala', '256', null),
	('BI', 'BI', null, 'Africa/Bujumbura', '257', null),
	('MZ', 'MZ', null, 'Africa/Maputo', '258', null),
	('ZM', 'ZM', null, 'Africa/Lusaka', '260', null),
	('MG', 'MG', null, 'Indian/Antananarivo', '261', null),
	('RE', 'RE', null,
		'Indian/Reunion Indian/Mayotte Indian/Kerguelen',
		'262', 'all zones of Réunion, Mayotte, French S. Terr.'),
	('ZW', 'ZW', null, 'Africa/Harare', '263', null),
	('NA', 'NA', null, 'Africa/Windhoek', '264', null),
	('MW', 'MW', null, 'Africa/Blantyre', '265', null),
	('LS', 'LS', null, 'Africa/Maseru', '266', null),
	('BW', 'BW', null, 'Africa/Gaborone', '267', null),
	('SZ', 'SZ', null, 'Africa/Mbabane', '268', null),
	('KM', 'KM', null, 'Indian/Comoro', '269', null),
	('ZA', 'ZA', null, 'Africa/Johannesburg', '27', null),
	('SH', 'SH', null, 'Atlantic/St_Helena', '290', null),
	('ER', 'ER', null, 'Africa/Asmara', '291', null),
	('AW', 'AW', null, 'America/Aruba', '297', null),
	('FO', 'FO', null, 'Atlantic/Faroe', '298', null),
	('GL', 'GL', null,
		'America/Nuuk America/Danmarkshavn America/Scoresbysund America/Thule',
		'299', 'all zones of Greenland'),
	('GR', 'GR', null, 'Europe/Athens', '30', null),
	('NL', 'NL', null, 'Europe/Amsterdam', '31', null),
	('BE', 'BE', null, 'Europe/Brussels', '32', null),
	('FR', 'FR', null, 'Europe/Paris', '33', null),
	('ES', 'ES', null, 'Europe/Madrid Africa/Ceuta Atlantic/Canary', '34', 'all zones of Spain'),
	('GI', 'GI', null, 'Europe/Gibraltar', '350', null),
	('PT', 'PT', null, 'Europe/Lisbon Atlantic/Madeira Atlantic/Azores', '351', 'all zones of Portugal'),
	('LU', 'LU', null, 'Europe/Luxembourg', '352', null),
	('IE', 'IE', null, 'Europe/Dublin', '353', null),
	('IS', 'IS', null, 'Atlantic/Reykjavik', '354', null),
	('AL', 'AL', null, 'Europe/Tirane', '355', null),
	('MT', 'MT', null, 'Europe/Malta', '356', null),
	('CY', 'CY', null, 'Asia/Nicosia Asia/Famagusta', '357', 'all zones of Cyprus'),
	('FI', 'FI', null, 'Europe/Helsinki Europe/Mariehamn', '358', 'all zones of Finland, Åland Islands'),
	('BG', 'BG', null, 'Europe/Sofia', '359', null),
	('HU', 'HU', null, 'Europe/Budapest', '36', null),
	('LT', 'LT', null, 'Europe/Vilnius', '370', null),
	('LV', 'LV', null, 'Europe/Riga', '371', null),
	('EE', 'EE', null, 'Europe/Tallinn', '372', null),
	('MD', 'MD', null, 'Europe/Chisinau', '373', null),
	('AM', 'AM', null, 'Asia/Yerevan', '374', null),
	('BY', 'BY', null, 'Europe/Minsk', '375', null),
	('AD', 'AD', null, 'Europe/Andorra', '376', null),
	('MC', 'MC', null, 'Europe/Monaco', '377', null),
	('SM', 'SM', null, 'Europe/San_Marino', '378', null),
	('UA', 'UA', null, 'Europe/Simferopol Europe/Kyiv', '380', 'all zones of Ukraine'),
	('RS', 'RS', null, 'Europe/Belgrade', '381', null),
	('ME', 'ME', null, 'Europe/Podgorica', '382', null),
	('XK', 'XK', null, 'Europe/Belgrade', '383', null),
	('HR', 'HR', null, 'Europe/Zagreb', '385', null),
	('SI', 'SI', null, 'Europe/Ljubljana', '386', null),
	('BA', 'BA', null, 'Europe/Sarajevo', '387', null),
	('MK', 'MK', null, 'Europe/Skopje', '389', null),
	('IT', 'IT', null, 'Europe/Rome Europe/Vatican', '39', 'all zones of Italy, Vatican City'),
	('RO', 'RO', null, 'Europe/Bucharest', '40', null),
	('CH', 'CH', null, 'Europe/Zurich', '41', null),
	('CZ', 'CZ', null, 'Europe/Prague', '420', null),
	('SK', 'SK', null, 'Europe/Bratislava', '421', null),
	('LI', 'LI', null, 'Europe/Vaduz', '423', null),
	('AT', 'AT', null, 'Europe/Vienna', '43', null),
	('GB', 'GB', null,
		'Europe/London Europe/Guernsey Europe/Isle_of_Man Europe/Jersey',
		'44', 'all zones of Britain (UK), Guernsey, Isle of Man, Jersey'),
	('DK', 'DK', null, 'Europe/Copenhagen', '45', null),
	('SE', 'SE', null, 'Europe/Stockholm', '46', null),
	('NO', 'NO', null, 'Europe/Oslo Arctic/Longyearbyen', '47', 'all zones of Norway, Svalbard & Jan Mayen'),
	('PL', 'PL', null, 'Europe/Warsaw', '48', null),
	('DE', 'DE', null, 'Europe/Berlin Europe/Busingen', '49', 'all zones of Germany'),
	('FK', 'FK', null,
		'Atlantic/Stanley Atlantic/South_Georgia',
		'500', 'all zones of Falkland Islands, South Georgia & the South Sandwich Islands'),
	('BZ', 'BZ', null, 'America/Belize', '501', null),
	('GT', 'GT', null, 'America/Guatemala', '502', null),
	('SV', 'SV', null, 'America/El_Salvador', '503', null),
	('HN', 'HN', null, 'America/Tegucigalpa', '504', null),
	('NI', 'NI', null, 'America/Managua', '505', null),
	('CR', 'CR', null, 'America/Costa_Rica', '506', null),
	('PA', 'PA', null, 'America/Panama', '507', null),
	('PM', 'PM', null, 'America/Miquelon', '508', null),
	('HT', 'HT', null, 'America/Port-au-Prince', '509', null),
	('PE', 'PE', null, 'America/Lima', '51', null),
	('MX', 'MX', null,
		'America/Mexico_City America/Cancun America/Merida America/Monterrey America/Matamoros'
		' America/Chihuahua America/Ciudad_Juarez America/Ojinaga America/Mazatlan America/Bahia_Banderas'
		' America/Hermosillo America/Tijuana',
		'52', 'all zones of Mexico'),
	('CU', 'CU', null, 'America/Havana', '53', null),
	('AR', 'AR', null,
		'America/Argentina/Buenos_Aires America/Argentina/Cordoba America/Argentina/Salta'
		' America/Argentina/Jujuy America/Argentina/Tucuman America/Argentina/Catamarca'
		' America/Argentina/La_Rioja America/Argentina/San_Juan America/Argentina/Mendoza'
		' America/Argentina/San_Luis America/Argentina/Rio_Gallegos America/Argentina/Ushuaia',
		'54', 'all zones of Argentina'),
	('BR', 'BR', null,
		'America/Noronha America/Belem America/Fortaleza America/Recife America/Araguaina America/Maceio'
		' America/Bahia America/Sao_Paulo America/Campo_Grande America/Cuiaba America/Santarem'
		' America/Porto_Velho America/Boa_Vista America/Manaus America/Eirunepe America/Rio_Branco',
		'55', 'all zones of Brazil'),
	('CL', 'CL', null,
		'America/Santiago America/Coyhaique America/Punta_Arenas Pacific/Easter',
		'56', 'all zones of Chile'),
	('CO', 'CO', null, 'America/Bogota', '57', null),
	('VE', 'VE', null, 'America/Caracas', '58', null),
	('GP', 'GP', null,
		'America/Guadeloupe America/St_Barthelemy America/Marigot',
		'590', 'all zones of Guadeloupe, St Barthelemy, St Martin (French)'),
	('BO', 'BO', null, 'America/La_Paz', '591', null),
	('GY', 'GY', null, 'America/Guyana', '592', null),
	('EC', 'EC', null, 'America/Guayaquil Pacific/Galapagos', '593', 'all zones of Ecuador'),
	('GF', 'GF', null, 'America/Cayenne', '594', null),
	('PY', 'PY', null, 'America/Asuncion', '595', null),
	('MQ', 'MQ', null, 'America/Martinique', '596', null),
	('SR', 'SR', null, 'America/Paramaribo', '597', null),
	('UY', 'UY', null, 'America/Montevideo', '598', null),
	('CW', 'CW', null, 'America/Curacao America/Kralendijk', '599', 'all zones of Curaçao, Caribbean NL'),
	('MY', 'MY', null, 'Asia/Kuala_Lumpur Asia/Kuching', '60', 'all zones of Malaysia'),
	('AU', 'AU', null,
		'Australia/Lord_Howe Antarctica/Macquarie Australia/Hobart Australia/Melbourne Australia/Sydney'
		' Australia/Broken_Hill Australia/Brisbane Australia/Lindeman Australia/Adelaide Australia/Darwin'
		' Australia/Perth Australia/Eucla Indian/Cocos Indian/Christmas',
		'61', 'all zones of Australia, Cocos (Keeling) Islands, Christmas Island'),
	('ID', 'ID', null, 'Asia/Jakarta Asia/Pontianak Asia/Makassar Asia/Jayapura', '62', 'all zones of Indonesia'),
	('PH', 'PH', null, 'Asia/Manila', '63', null),
	('NZ', 'NZ', null, 'Pacific/Auckland Pacific/Chatham Pacific/Pitcairn', '64', 'all zones of New Zealand, Pitcairn'),
	('SG', 'SG', null, 'Asia/Singapore', '65', null),
	('TH', 'TH', null, 'Asia/Bangkok', '66', null),
	('TL', 'TL', null, 'Asia/Dili', '670', null),
	('NF', 'NF', null,
		'Pacific/Norfolk Antarctica/Casey Antarctica/Davis Antarctica/Mawson Antarctica/Macquarie',
		'672', 'all zones of Norfolk Island, Antarctica'),
	('BN', 'BN', null, 'Asia/Brunei', '673', null),
	('NR', 'NR', null, 'Pacific/Nauru', '674', null),
	('PG', 'PG', null, 'Pacific/Port_Moresby Pacific/Bougainville', '675', 'all zones of Papua New Guinea'),
	('TO', 'TO', null, 'Pacific/Tongatapu', '676', null),
	('SB', 'SB', null, 'Pacific/Guadalcanal', '677', null),
	('VU', 'VU', null, 'Pacific/Efate', '678', null),
	('FJ', 'FJ', null, 'Pacific/Fiji', '679', null),
	('PW', 'PW', null, 'Pacific/Palau', '680', null),
	('WF', 'WF', null, 'Pacific/Wallis', '681', null),
	('CK', 'CK', null, 'Pacific/Rarotonga', '682', null),
	('NU', 'NU', null, 'Pacific/Niue', '683', null),
	('WS', 'WS', null, 'Pacific/Apia', '685', null),
	('KI', 'KI', null, 'Pacific/Tarawa Pacific/Kanton Pacific/Kiritimati', '686', 'all zones of Kiribati'),
	('NC', 'NC', null, 'Pacific/Noumea', '687', null),
	('TV', 'TV', null, 'Pacific/Funafuti', '688', null),
	('PF', 'PF', null, 'Pacific/Tahiti Pacific/Marquesas Pacific/Gambier', '689', 'all zones of French Polynesia'),
	('TK', 'TK', null, 'Pacific/Fakaofo', '690', null),
	('FM', 'FM', null, 'Pacific/Chuuk Pacific/Pohnpei Pacific/Kosrae', '691', 'all zones of Micronesia'),
	('MH', 'MH', null, 'Pacific/Majuro Pacific/Kwajalein', '692', 'all zones of Marshall Islands'),
	('RU', 'RU', null,
		'Europe/Kaliningrad Europe/Moscow Europe/Kirov Europe/Volgograd Europe/Astrakhan Europe/Saratov'
		' Europe/Ulyanovsk Europe/Samara Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk Asia/Barnaul Asia/Tomsk'
		' Asia/Novokuznetsk Asia/Krasnoyarsk Asia/Irkutsk Asia/Chita Asia/Yakutsk Asia/Khandyga'
		' Asia/Vladivostok Asia/Ust-Nera Asia/Magadan Asia/Sakhalin Asia/Srednekolymsk Asia/Kamchatka'
		' Asia/Anadyr',
		'7', 'all zones of Russia'),
	('JP', 'JP', null, 'Asia/Tokyo', '81', null),
	('KR', 'KR', null, 'Asia/Seoul', '82', null),
	('VN', 'VN', null, 'Asia/Ho_Chi_Minh', '84', null),
	('KP', 'KP', null, 'Asia/Pyongyang', '850', null),
	('HK', 'HK', null, 'Asia/Hong_Kong', '852', null),
	('MO', 'MO', null, 'Asia/Macau', '853', null),
	('KH', 'KH', null, 'Asia/Phnom_Penh', '855', null),
	('LA', 'LA', null, 'Asia/Vientiane', '856', null),
	('CN', 'CN', null, 'Asia/Shanghai Asia/Urumqi', '86', 'all zones of China'),
	('BD', 'BD', null, 'Asia/Dhaka', '880', null),
	('TW', 'TW', null, 'Asia/Taipei', '886', null),
	('TR', 'TR', null, 'Europe/Istanbul', '90', null),
	('IN', 'IN', null, 'Asia/Kolkata', '91', null),
	('PK', 'PK', null, 'Asia/Karachi', '92', null),
	('AF', 'AF', null, 'Asia/Kabul', '93', null),
	('LK', 'LK', null, 'Asia/Colombo', '94', null),
	('MM', 'MM', null, 'Asia/Yangon', '95', null),
	('MV', 'MV', null, 'Indian/Maldives', '960', null),
	('LB', 'LB', null, 'Asia/Beirut', '961', null),
	('JO', 'JO', null, 'Asia/Amman', '962', null),
	('SY', 'SY', null, 'Asia/Damascus', '963', null),
	('IQ', 'IQ', null, 'Asia/Baghdad', '964', null),
	('KW', 'KW', null, 'Asia/Kuwait', '965', null),
	('SA', 'SA', null, 'Asia/Riyadh', '966', null),
	('YE', 'YE', null, 'Asia/Aden', '967', null),
	('OM', 'OM', null, 'Asia/Muscat', '968', null),
	('PS', 'PS', null, 'Asia/Gaza Asia/Hebron', '970', 'all zones of Palestine'),
	('AE', 'AE', null, 'Asia/Dubai', '971', null),
	('IL', 'IL', null, 'Asia/Jerusalem', '972', null),
	('BH', 'BH', null, 'Asia/Bahrain', '973', null),
	('QA', 'QA', null, 'Asia/Qatar', '974', null),
	('BT', 'BT', null, 'Asia/Thimphu', '975', null),
	('MN', 'MN', null, 'Asia/Ulaanbaatar Asia/Hovd', '976', 'all zones of Mongolia'),
	('NP', 'NP', null, 'Asia/Kathmandu', '977', null),
	('IR', 'IR', null, 'Asia/Tehran', '98', null),
	('TJ', 'TJ', null, 'Asia/Dushanbe', '992', null),
	('TM', 'TM', null, 'Asia/Ashgabat', '993', null),
	('AZ', 'AZ', null, 'Asia/Baku', '994', null),
	('GE', 'GE', null, 'Asia/Tbilisi', '995', null),
	('KG', 'KG', null, 'Asia/Bishkek', '996', null),
	('UZ', 'UZ', null, 'Asia/Samarkand Asia/Tashkent', '998', 'all zones of Uzbekistan')
), regions as (
	insert into calling_regions (id, country, subdivision, zones, why)
	select id, country, subdivision, string_to_array(zones, ' '), why from areas
)
insert into calling_prefixes (prefix, region_id) select unnest(string_to_array(prefixes, ' ')), id from areas;

create function calling_region_of(phone text) returns text
language sql stable parallel safe
as $$
	select p.region_id from public.calling_prefixes p
	where phone ~ '^\+[1-9][0-9]{6,14}$' and p.prefix = any (array[substr(phone, 2, 1), substr(phone, 2, 2),
		substr(phone, 2, 3), substr(phone, 2, 4), substr(phone, 2, 5), substr(phone, 2, 6), substr(phone, 2, 7)])
	order by length(p.prefix) desc limit 1
$$;

alter table leads add column region text;
create function lead_region() returns trigger
language plpgsql
as $$
begin
	new.region := public.calling_region_of(new.phone);
	return new;
end $$;
create trigger lead_region before insert or update of phone, region on leads
	for each row execute function lead_region();
create index leads_by_region on leads (tenant_id, campaign_id, region, next_at) where state = 'queued';
alter table leads no force row level security;
update leads set region = null where phone is not null; -- the trigger knows better
alter table leads force row level security;

-- ── hours ──
-- They are sets of instants. A set of local times, as the wall clock shows them, is a tsmultirange; shifted by what a
-- zone's clock is ahead of UTC it is one of UTC, where sets of several zones are intersected.

-- A name of the IANA data and nothing else that `at time zone` takes: 'IST' and 'EST+5' mean what nobody meant. Nor those
-- that are abbreviations too, which it takes them for: its 'CET' knows no summer.
create function calling_zone_known(zone text) returns boolean
language plpgsql stable
as $$
begin
	if zone !~ '^(((Etc/)?GMT([+-]?[0-9]{1,2})?)|(Etc/)?(UTC|UCT|Universal|Greenwich|Zulu)|[A-Z][A-Za-z]+(/[A-Z][A-Za-z]*([_-][A-Za-z]+)*){1,2}|CST6CDT|Cuba|EST|EST5EDT|Egypt|Eire|GB|GB-Eire|HST|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|MST|MST7MDT|NZ|NZ-CHAT|Navajo|PRC|PST8PDT|Poland|Portugal|ROC|ROK|Singapore|Turkey|W-SU)$' then
		return false;
	end if;
	perform now() at time zone zone;
	return zone is not null;
exception when invalid_parameter_value then
	return false;
end $$;

-- The second at which what a zone's clock is ahead of UTC stops being what it was at the first of two instants.
create function calling_change(zone text, since timestamp, until timestamp) returns timestamp
language plpgsql stable
as $$
declare
	before interval := (since at time zone 'UTC' at time zone zone) - since;
	low timestamp := date_trunc('second', since);
	high timestamp := date_trunc('second', until) + interval '1 second';
	middle timestamp;
begin
	while high - low > interval '1 second' loop
		middle := date_trunc('second', low + (high - low) / 2);
		if (middle at time zone 'UTC' at time zone zone) - middle = before then
			low := middle;
		else
			high := middle;
		end if;
	end loop;
	return high;
end $$;

-- What the clocks of zones are ahead of UTC between two instants a few days apart, and when that changes; in UTC.
create function calling_clocks(zones text[], since timestamp, until timestamp)
returns table (zone text, before interval, change timestamp, after interval)
language plpgsql stable rows 10
as $$
begin
	return query
	select c.zone, c.before, case when c.before <> c.after then calling_change(c.zone, since, until) end, c.after
	from (select z as zone, (since at time zone 'UTC' at time zone z) - since as before,
			(until at time zone 'UTC' at time zone z) - until as after from unnest(zones) as z offset 0) as c;
end $$;

-- Local times as instants of UTC. An hour that the clock shows twice is two, one that it leaves out is none.
create function calling_utc(hours tsmultirange, before interval, change timestamp, after interval) returns tsmultirange
language plpgsql immutable parallel safe
as $$
begin
	if change is null then
		return (select coalesce(range_agg(tsrange(lower(h) - before, upper(h) - before)), '{}') from unnest(hours) as h);
	end if;
	return calling_utc(hours, before, null, before) * tsmultirange(tsrange(null, change))
		+ calling_utc(hours, after, null, after) * tsmultirange(tsrange(change, null));
end $$;

-- What the law allows on the local days from `first` to `last`.
create function calling_lawful(places text[], kind text, first date, last date) returns tsmultirange
language sql stable
as $$
	select coalesce(range_intersect_agg(hours), '{}') from (
		select coalesce(range_agg(tsrange(first + n + r.from_time, first + n + r.to_time))
			filter (where extract(isodow from first + n) = any (r.days)), '{}') as hours
		from public.calling_rules r cross join generate_series(0, last - first) as n
		where r.kind in ('any', calling_lawful.kind) and (r.region = any (places) or r.region = '*' and not exists (
			select from public.calling_rules o where o.region = any (places) and o.kind in ('any', calling_lawful.kind)))
		group by r.region, r.kind) as groups
$$;

-- The windows of a schedule that are in `zone` ('local': the callee's). One that ends before it begins ends the next
-- day, and is of the day it began.
create function calling_windows(windows jsonb, zone text, first date, last date) returns tsmultirange
language sql stable
as $$
	select coalesce(range_agg(tsrange(d + w.start, d + w.until + case when w.until < w.start then interval '1 day'
		else interval '0' end)) filter (where w.days is null or w.days @> to_jsonb(extract(isodow from d)::integer)), '{}')
	from (select first + n as d from generate_series(-1, last - first) as n) as t
	cross join (select (e ->> 'start')::time as start, (e ->> 'end')::time as until, nullif(e -> 'days', 'null') as days
		from jsonb_array_elements(windows) as e where coalesce(e ->> 'timezone', 'local') = zone) as w
$$;

-- What is wrong with a schedule; null: nothing. {"retry_windows": [{"start", "end", "timezone", "days"}], "days": [1-7],
-- "limits": [{"windows", "days"}]}; other members are not looked at. None of a kind means at any hour of the law.
create function calling_schedule_error(schedule jsonb) returns text
language plpgsql stable
as $$
declare
	part jsonb;
	w jsonb;
	name text;
begin
	if coalesce(jsonb_typeof(schedule), 'null') not in ('object', 'null') then
		return 'must be an object';
	elsif not coalesce(schedule ?| array['retry_windows', 'days', 'limits'], false) then
		return null;
	elsif jsonb_typeof(coalesce(schedule -> 'limits', '[]')) <> 'array' then
		return 'limits must be a list';
	end if;
	for part, name in
		select jsonb_build_object('windows', schedule -> 'retry_windows', 'days', schedule -> 'days'), 'retry_windows'
		union all select l, 'windows' from jsonb_array_elements(coalesce(schedule -> 'limits', '[]')) as l
	loop
		if jsonb_typeof(part) <> 'object' then
			return 'each of limits must be an object';
		elsif not calling_days_ok(part -> 'days') then
			return 'days must be a list of days, 1 (Monday) to 7';
		elsif coalesce(jsonb_typeof(part -> 'windows'), 'null') not in ('array', 'null') then
			return name || ' must be a list';
		elsif jsonb_typeof(part -> 'windows') = 'array' then
			if jsonb_array_length(part -> 'windows') > 50 then
				return name || ' has more than 50 windows';
			end if;
			for w in select * from jsonb_array_elements(part -> 'windows') loop
				if jsonb_typeof(w) <> 'object' then
					return 'each of ' || name || ' must be an object';
				elsif coalesce(w ->> 'start', '') !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' then
					return name || ': start must be a time, HH:MM';
				elsif coalesce(w ->> 'end', '') !~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$' then
					return name || ': end must be a time, HH:MM';
				elsif w ->> 'start' = w ->> 'end' then
					return name || ': start and end are the same';
				elsif coalesce(jsonb_typeof(w -> 'timezone'), 'null') not in ('string', 'null')
					or coalesce(w ->> 'timezone', 'local') <> 'local' and not calling_zone_known(w ->> 'timezone') then
					return name || ': timezone must be "local" or a name like Asia/Kolkata';
				elsif not calling_days_ok(w -> 'days') then
					return name || ': days must be a list of days, 1 (Monday) to 7';
				end if;
			end loop;
		end if;
	end loop;
	return null;
end $$;

create function calling_days_ok(days jsonb) returns boolean
language sql immutable parallel safe
as $$
	select case coalesce(jsonb_typeof(days), 'null') when 'null' then true
		when 'array' then jsonb_array_length(days) between 1 and 7 and days <@ '[1, 2, 3, 4, 5, 6, 7]'
		else false end
$$;

-- A schedule, narrowed by the tenant's own hours: settings.calling_hours {"windows": […], "days": […]}.
create function calling_schedule(tenant text, schedule jsonb) returns jsonb
language sql stable
as $$
	select coalesce(nullif(schedule, 'null'), '{}') || coalesce((
		select jsonb_build_object('limits', coalesce(schedule -> 'limits', '[]') || (t.settings -> 'calling_hours'))
		from public.tenants t where t.id = tenant and jsonb_typeof(t.settings -> 'calling_hours') = 'object'), '{}')
$$;

-- A schedule between two instants of UTC: hours of the callee's clock, and pairs of which one must hold, hours of his
-- clock or instants (where a window names a zone).
create function calling_schedule_hours(schedule jsonb, since timestamp, until timestamp,
	out local tsmultirange, out either_local tsmultirange[], out either_utc tsmultirange[])
language plpgsql stable
as $$
declare
	first date := since::date - 1;
	last date := until::date + 1;
	part jsonb;
	wanted tsmultirange;
	fixed tsmultirange;
	zone text;
	s record;
begin
	local := tsmultirange(tsrange(null, null));
	if not coalesce(schedule ?| array['retry_windows', 'days', 'limits'], false) then
		return;
	end if;
	for part in
		select jsonb_build_object('windows', schedule -> 'retry_windows', 'days', schedule -> 'days')
		union all select l from jsonb_array_elements(coalesce(schedule -> 'limits', '[]')) as l
	loop
		if jsonb_typeof(part -> 'days') = 'array' then
			local := local * (select coalesce(range_agg(tsrange(d, d + interval '1 day'))
				filter (where part -> 'days' @> to_jsonb(extract(isodow from d)::integer)), '{}')
				from (select (first + n)::timestamp as d from generate_series(0, last - first) as n) as t);
		end if;
		if jsonb_typeof(part -> 'windows') = 'array' and jsonb_array_length(part -> 'windows') > 0 then
			wanted := calling_windows(part -> 'windows', 'local', first, last);
			fixed := null;
			for zone in select distinct e ->> 'timezone' from jsonb_array_elements(part -> 'windows') as e
				where coalesce(e ->> 'timezone', 'local') <> 'local'
			loop
				select c.* into s from calling_clocks(array[zone], since, until) as c;
				fixed := coalesce(fixed, '{}') + calling_utc(calling_windows(part -> 'windows', zone, first, last),
					s.before, s.change, s.after);
			end loop;
			if fixed is null then
				local := local * wanted;
			else
				either_local := either_local || array[wanted];
				either_utc := either_utc || array[fixed];
			end if;
		end if;
	end loop;
end $$;

-- All of that for one zone, in UTC.
create function calling_zone_hours(hours tsmultirange, either_local tsmultirange[], either_utc tsmultirange[],
	before interval, change timestamp, after interval) returns tsmultirange
language plpgsql immutable parallel safe
as $$
declare
	open tsmultirange := calling_utc(hours, before, change, after);
begin
	for i in 1 .. coalesce(cardinality(either_local), 0) loop
		open := open * (calling_utc(either_local[i], before, change, after) + either_utc[i]);
	end loop;
	return open;
end $$;

-- When somebody may be called between two instants of UTC a few days apart. Null: it is not known where he is.
create function calling_hours_utc(region text, zone text, kind text, schedule jsonb, since timestamp, until timestamp)
returns tsmultirange
language plpgsql stable
as $$
declare
	r public.calling_regions;
	s record;
	lawful tsmultirange;
	zones text[];
begin
	select c.* into r from public.calling_regions c where c.id = region;
	zones := case when zone is not null and calling_zone_known(zone) then array[zone] else r.zones end;
	if zones is null then
		return null;
	end if;
	lawful := calling_lawful(array[r.id, r.country, r.subdivision], kind, since::date - 1, until::date + 1);
	s := calling_schedule_hours(schedule, since, until);
	return (select range_intersect_agg(calling_zone_hours(lawful * s.local, s.either_local, s.either_utc,
			t.before, t.change, t.after)) * tsmultirange(tsrange(since, until))
		from (select distinct c.before, c.change, c.after from calling_clocks(zones, since, until) as c) as t);
end $$;

-- zone: the callee's own, as it is known; null, or no zone at all: every zone of his region must be in hours.
-- next_at: the first instant from `at` on that is open, null when there is none within 15 days. closes_at: when open,
-- until when; 15 days when there is no end in sight. why, when closed: unknown_region, bad_schedule,
-- outside_lawful_hours, outside_window.
create function calling_window(region text, zone text, kind text, schedule jsonb, at timestamptz)
returns table (open boolean, next_at timestamptz, closes_at timestamptz, why text)
language plpgsql stable
as $$
declare
	instant timestamp := at at time zone 'UTC';
	since timestamp;
	hours tsmultirange;
	found tsrange;
begin
	open := false;
	if calling_schedule_error(schedule) is not null then
		why := 'bad_schedule';
		return next;
		return;
	end if;
	for step in 0 .. 4 loop
		since := instant + step * interval '3 days';
		hours := calling_hours_utc(region, zone, kind, schedule, since, since + interval '3 days');
		if hours is null then
			why := 'unknown_region';
			return next;
			return;
		end if;
		found := (select h from unnest(hours) as h order by h limit 1);
		if open and (found is null or lower(found) > since) then
			closes_at := since at time zone 'UTC';
			exit;
		elsif found is not null then
			next_at := coalesce(next_at, lower(found) at time zone 'UTC');
			exit when lower(found) > instant and not open;
			open := true;
			closes_at := upper(found) at time zone 'UTC';
			exit when upper(found) < since + interval '3 days';
		end if;
	end loop;
	if not open then
		why := case when (calling_hours_utc(region, zone, kind, '{}', instant, instant + interval '1 minute')) @> instant
			then 'outside_window' else 'outside_lawful_hours' end;
	end if;
	return next;
end $$;

-- The same for every region at once: those that are open. closes_at: two days when there is no end in sight.
create function calling_open_regions(kind text, schedule jsonb, at timestamptz)
returns table (region text, closes_at timestamptz)
language plpgsql stable
as $$
#variable_conflict use_column
declare
	since timestamp := calling_open_regions.at at time zone 'UTC';
	until timestamp := since + interval '2 days';
	wanted text := calling_open_regions.kind;
	ruled text[] := (select array_agg(distinct r.region) from public.calling_rules r where r.kind in ('any', wanted));
	s record;
begin
	if calling_schedule_error(calling_open_regions.schedule) is not null then
		return;
	end if;
	s := calling_schedule_hours(calling_open_regions.schedule, since, until);
	return query
	with clocks as materialized (
		select c.* from calling_clocks((select array_agg(distinct z) from public.calling_regions r, unnest(r.zones) as z),
			since, until) as c
	), places as materialized (
		select r.id, r.zones, array(select p from unnest(array[r.id, r.country, r.subdivision]) as p where p = any (ruled)) as rules
		from public.calling_regions r
	), lawful as materialized (
		select l.rules, calling_lawful(l.rules, wanted, since::date - 1, until::date + 1) * s.local as hours
		from (select distinct p.rules from places p) as l
	), pairs as materialized (
		select p.id, p.rules, c.before, c.change, c.after
		from places p cross join unnest(p.zones) as z join clocks c on c.zone = z
	), ends as materialized (
		select d.rules, d.before, d.change, d.after, (
			select upper(h) from unnest(calling_zone_hours(l.hours, s.either_local, s.either_utc, d.before, d.change, d.after)) as h
			where h @> since) as closes
		from (select distinct rules, before, change, after from pairs) as d join lawful l on l.rules = d.rules
	)
	select p.id, least(min(e.closes), until) at time zone 'UTC'
	from pairs p join ends e on e.rules = p.rules and e.before = p.before and e.after = p.after
		and e.change is not distinct from p.change
	group by p.id having bool_and(e.closes is not null);
end $$;

-- ── who said no ──
-- A national list of those who do not want to be called, as the tenant got it. Its numbers come in parts; the date of
-- the last that came whole is the list's, and a number that is not in that one any more is on it no longer.
create table dnc_registries (
	tenant_id text not null references tenants on delete cascade,
	country text not null check (country ~ '^[A-Z]{2}$'),
	as_of timestamptz,                            -- null: none has come whole
	numbers bigint not null default 0,
	updated_at timestamptz not null default now(),
	primary key (tenant_id, country)
);
call guard_table('dnc_registries', 'select, insert, update, delete', 'select', across => true);

create table dnc_registry_numbers (
	tenant_id text not null,
	phone_e164 text not null check (phone_e164 ~ '^\+[1-9][0-9]{6,14}$'),
	country text not null,
	as_of timestamptz not null,
	primary key (tenant_id, phone_e164),
	foreign key (tenant_id, country) references dnc_registries on delete cascade
);
create index dnc_registry_numbers_by_list on dnc_registry_numbers (tenant_id, country, as_of);
call guard_table('dnc_registry_numbers', 'select, insert, update, delete', 'select', across => true);

-- The engine asks for all tenants.
create policy background on dnc_entries for select to invorto_worker using (true);
create policy background on consent_ledger for select to invorto_worker using (true);
create index dnc_entries_by_time on dnc_entries (tenant_id, created_at desc, id desc);
grant update (source, reason, call_id, expires_at) on dnc_entries to invorto_worker;

-- null: he may be called. 'dnc': the tenant's own list; 'consent_withdrawn'; 'registry': the national list, which is
-- about marketing; 'registry_stale': the law wants that list asked, and it is missing or too old; 'no_consent': last,
-- so that who needs none (tenants.settings.consent_required, a campaign's) may pass over it. For marketing the consent
-- must be to marketing. Of a grant and a withdrawal at one instant the withdrawal counts.
create function callee_barred(tenant text, phone text, marketing boolean, at timestamptz) returns text
language plpgsql stable
as $$
declare
	calls boolean;
	offers boolean;
	place public.calling_regions;
	list public.dnc_registries;
	days integer;
begin
	if tenant is distinct from current_tenant() and not pg_has_role(current_user, 'invorto_worker', 'member') then
		raise insufficient_privilege using message = 'the tenant is not the one that is set';
	end if;
	if exists (select from public.dnc_entries d where d.tenant_id = tenant and d.phone_e164 = phone
		and (d.expires_at is null or d.expires_at > at)) then
		return 'dnc';
	end if;
	calls := (select c.granted from public.consent_ledger c where c.tenant_id = tenant and c.phone_e164 = phone
		and c.kind = 'call' order by c.occurred_at desc, c.granted limit 1);
	offers := (select c.granted from public.consent_ledger c where c.tenant_id = tenant and c.phone_e164 = phone
		and c.kind = 'marketing' order by c.occurred_at desc, c.granted limit 1);
	if not calls or marketing and not offers then
		return 'consent_withdrawn';
	end if;
	if marketing then
		if exists (select from public.dnc_registry_numbers n
			join public.dnc_registries r on r.tenant_id = n.tenant_id and r.country = n.country
			where n.tenant_id = tenant and n.phone_e164 = phone and (r.as_of is null or n.as_of >= r.as_of)) then
			return 'registry';
		end if;
		select r.* into place from public.calling_regions r where r.id = public.calling_region_of(phone);
		days := (select min(u.registry_days) from public.calling_rules u
			where u.region in (place.id, place.country, place.subdivision) and u.kind in ('any', 'marketing'));
		if days is not null then
			select r.* into list from public.dnc_registries r where r.tenant_id = tenant and r.country = place.country;
			if list.as_of is null or list.as_of < at - make_interval(days => days) then
				return 'registry_stale';
			end if;
		end if;
	end if;
	if coalesce((select t.settings -> 'consent_required' from public.tenants t where t.id = tenant), 'true') <> 'false'
		and not coalesce(case when marketing then offers else calls or offers end, false) then
		return 'no_consent';
	end if;
	return null;
end $$;

-- Somebody does not want to be called again: the list, the ledger, whoever was going to call him, and the call he said
-- it in (null: in none). source: as in consent_ledger. A number that is none is nobody's: then only the call says it.
create function opt_out(tenant text, phone text, source text, call text, reason text) returns void
language plpgsql volatile
as $$
declare
	set_before text := current_setting('app.tenant_id', true);
begin
	if tenant is distinct from current_tenant() then
		if not pg_has_role(current_user, 'invorto_worker', 'member') then
			raise insufficient_privilege using message = 'the tenant is not the one that is set';
		end if;
		perform set_config('app.tenant_id', tenant, true);
	end if;
	if phone ~ '^\+[1-9][0-9]{6,14}$' then
		insert into public.dnc_entries (tenant_id, phone_e164, source, reason, call_id)
		values (tenant, phone, 'opt_out', opt_out.reason, call)
		on conflict (tenant_id, phone_e164) do update set source = 'opt_out', expires_at = null,
			reason = coalesce(excluded.reason, dnc_entries.reason), call_id = coalesce(excluded.call_id, dnc_entries.call_id);
		insert into public.consent_ledger (tenant_id, phone_e164, kind, granted, source, call_id, evidence)
		select tenant, phone, k, false, opt_out.source, call, jsonb_strip_nulls(jsonb_build_object('reason', opt_out.reason))
		from unnest(array['call', 'marketing']) as k
		where not exists (select from public.consent_ledger c where c.tenant_id = tenant and c.phone_e164 = phone
			and c.kind = k and c.call_id = call and not c.granted);
		update public.leads l set state = 'blocked', state_reason = 'opted_out', next_at = null, updated_at = now()
		from (select o.id from public.leads o where o.tenant_id = tenant and o.phone = opt_out.phone
			and o.state in ('idle', 'queued', 'dialing', 'in-call', 'unknown') order by o.id for update) as o
		where l.tenant_id = tenant and l.id = o.id;
	end if;
	update public.voice_call_records c set outcome = 'opted-out'
	where c.tenant_id = tenant and c.id = call and c.outcome is distinct from 'opted-out';
	if tenant is distinct from set_before then
		perform set_config('app.tenant_id', coalesce(set_before, ''), true);
	end if;
end $$;

-- The number at the other end of a call; null: there is none.
create function other_end(c voice_call_records) returns text
language sql stable
as $$ select coalesce(c.customer_number, case when c.direction = 'inbound' then c.from_number else c.to_number end) $$;

-- The outcome 'opted-out' is more than a word, whoever writes it: the person himself, by voice or by a key; the review of
-- what was said; somebody who listened to it.
create function call_opted_out() returns trigger
language plpgsql
as $$
begin
	if not exists (select from public.dnc_entries d where d.tenant_id = new.tenant_id and d.phone_e164 = other_end(new)
			and d.call_id = new.id and d.source = 'opt_out') then
		perform opt_out(new.tenant_id, other_end(new), 'call', new.id, 'said so in a call');
	end if;
	return null;
end $$;
create trigger call_inserted_opted_out after insert on voice_call_records
	for each row when (new.outcome = 'opted-out') execute function call_opted_out();
create trigger call_opted_out after update of outcome on voice_call_records
	for each row when (new.outcome = 'opted-out' and old.outcome is distinct from 'opted-out') execute function call_opted_out();

-- What a call's own account says of the person's wishes; also when it comes after the end was recorded.
create function call_line() returns trigger
language plpgsql
as $$
declare
	c public.voice_call_records;
	set_before text := current_setting('app.tenant_id', true);
begin
	select r.* into c from public.voice_call_records r where r.tenant_id = new.tenant_id and r.id = new.call_id;
	if new.kind = 'callee.opted_out' then
		perform opt_out(new.tenant_id, other_end(c), 'call', new.call_id,
			case new.payload ->> 'by' when 'keys' then 'pressed the key' else 'said so in a call' end);
	elsif c.direction = 'outbound' and other_end(c) is not null then
		perform set_config('app.tenant_id', new.tenant_id, true);
		insert into public.consent_ledger (tenant_id, phone_e164, kind, granted, source, call_id, lead_id, occurred_at)
		select new.tenant_id, other_end(c), 'ai_disclosure', true, 'call', new.call_id, c.lead_id, new.at
		where not exists (select from public.consent_ledger l where l.tenant_id = new.tenant_id
			and l.phone_e164 = other_end(c) and l.kind = 'ai_disclosure' and l.call_id = new.call_id);
		perform set_config('app.tenant_id', coalesce(set_before, ''), true);
	end if;
	return null;
end $$;
create trigger call_line after insert on call_timeline
	for each row when (new.kind in ('callee.opted_out', 'disclosure.spoken')) execute function call_line();

-- While the call goes on, so that nobody else calls him meanwhile. Its account says it again.
create function opt_out_caller(tenant text, call text, reason text) returns void
language sql volatile
as $$
	select opt_out(tenant, other_end(c), 'call', call, reason) from public.voice_call_records c
	where c.tenant_id = tenant and c.id = call
$$;

-- The same, for who wants to name what was made.
create function opt_out_of(tenant text, phone text, source text, call text, reason text) returns text
language plpgsql volatile
as $$
begin
	perform opt_out(tenant, phone, source, call, reason);
	return (select d.id from public.dnc_entries d where d.tenant_id = opt_out_of.tenant and d.phone_e164 = phone);
end $$;

-- Numbers of a file: a line each, first the number, then why, if anybody knows. list: 'tenant', or 'registry' of a
-- country as it was at as_of. North America's may be without +1, and in two columns, as its registry has them. A part
-- that is not complete adds to the list, and leaves what was there until the last part comes; a list that is older
-- than the one that is there is refused. errors: [{line, reason}], so many at most, counted from first_line.
create function dnc_import(tenant text, body text, list text, country text, as_of timestamptz, complete boolean, person text,
	first_line bigint default 1, most integer default 1000)
returns table (numbers bigint, added bigint, rejected bigint, errors jsonb)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	wanted text[];
	reasons text[];
	family text := new_id('dnc');
	digits constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
	home boolean := coalesce(dnc_import.country, 'US') in ('US', 'CA');
begin
	if tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the tenant is not the one that is set';
	end if;
	if list = 'registry' then
		insert into public.dnc_registries as g (tenant_id, country) values (tenant, dnc_import.country)
		on conflict (tenant_id, country) do update set updated_at = now();
		if exists (select from public.dnc_registries g where g.tenant_id = tenant and g.country = dnc_import.country
				and g.as_of > dnc_import.as_of) then
			raise unique_violation using message = 'a newer list is there', constraint = 'dnc_registries_newer';
		end if;
	end if;

	with cells as (
		select n + first_line - 1 as n, btrim(line, E' \t\r') as line, regexp_replace(split_part(line, ',', 1), '[] \t\r"().[-]', '', 'g') as a,
			btrim(split_part(line, ',', 2), E' \t\r"') as b
		from string_to_table(body, E'\n') with ordinality as t(line, n)
	), read as (
		select n, case
			when a ~ '^\+[1-9][0-9]{6,14}$' then a
			when home and a ~ '^[2-9][0-9]{9}$' then '+1' || a
			when home and a ~ '^1[2-9][0-9]{9}$' then '+' || a
			when home and a ~ '^[2-9][0-9]{2}$' and b ~ '^[0-9]{7}$' then '+1' || a || b end as number,
			case when a ~ '^[0-9]{3}$' then null else nullif(left(b, 200), '') end as reason, a, b
		from cells where line <> '' and not (n = 1 and a !~ '[0-9]')
	), first as (
		select number, min(reason) as reason from read where number is not null group by number
	)
	select (select array_agg(number order by number) from first), (select array_agg(reason order by number) from first),
		(select count(*) from read where number is null),
		(select coalesce(jsonb_agg(jsonb_build_object('line', n, 'reason', why) order by n), '[]') from (
			select n, case when a = '' then 'there is no number'
				when a !~ '^\+?[0-9]+$' then 'a number has digits only, with + and its country in front'
				when a ~ '^\+' then 'a number has 7 to 15 digits, the first is not 0'
				else 'the country is missing: + and its code in front' end as why
			from read where number is null order by n limit most) as e)
	into wanted, reasons, rejected, errors;
	numbers := coalesce(cardinality(wanted), 0);

	if list = 'registry' then
		with made as (
			insert into public.dnc_registry_numbers as k (tenant_id, phone_e164, country, as_of)
			select tenant, p, dnc_import.country, dnc_import.as_of from unnest(wanted) as p
			on conflict (tenant_id, phone_e164) do update set as_of = greatest(k.as_of, excluded.as_of), country = excluded.country
			returning k.xmax = 0 as new)
		select count(*) filter (where new) into added from made;
		if complete then
			delete from public.dnc_registry_numbers k
			where k.tenant_id = tenant and k.country = dnc_import.country and k.as_of < dnc_import.as_of;
			update public.dnc_registries g set as_of = dnc_import.as_of, updated_at = now(), numbers = (
				select count(*) from public.dnc_registry_numbers k where k.tenant_id = tenant and k.country = dnc_import.country)
			where g.tenant_id = tenant and g.country = dnc_import.country;
		end if;
	else
		with made as (
			-- Ids of one family: to make each anew costs more than all the rest.
			insert into public.dnc_entries (tenant_id, id, phone_e164, source, reason, created_by)
			select tenant, left(family, -4) || substr(digits, (w.n >> 15 & 31)::int + 1, 1) || substr(digits, (w.n >> 10 & 31)::int + 1, 1)
				|| substr(digits, (w.n >> 5 & 31)::int + 1, 1) || substr(digits, (w.n & 31)::int + 1, 1),
				w.p, 'import', w.r, person
			from unnest(wanted, reasons) with ordinality as w(p, r, n)
			on conflict (tenant_id, phone_e164) do update set expires_at = null where dnc_entries.expires_at is not null
			returning xmax = 0 as new)
		select count(*) filter (where new) into added from made;
	end if;
	return next;
end $$;

grant execute on function calling_region_of(text), calling_zone_known(text), calling_change(text, timestamp, timestamp),
	calling_clocks(text[], timestamp, timestamp),
	calling_utc(tsmultirange, interval, timestamp, interval), calling_lawful(text[], text, date, date),
	calling_windows(jsonb, text, date, date), calling_days_ok(jsonb), calling_schedule_error(jsonb),
	calling_schedule(text, jsonb), calling_schedule_hours(jsonb, timestamp, timestamp),
	calling_zone_hours(tsmultirange, tsmultirange[], tsmultirange[], interval, timestamp, interval),
	calling_hours_utc(text, text, text, jsonb, timestamp, timestamp),
	calling_window(text, text, text, jsonb, timestamptz), calling_open_regions(text, jsonb, timestamptz),
	callee_barred(text, text, boolean, timestamptz), opt_out(text, text, text, text, text),
	other_end(voice_call_records), opt_out_caller(text, text, text)
	to invorto_app, invorto_worker;

grant execute on function opt_out_of(text, text, text, text, text),
	dnc_import(text, text, text, text, timestamptz, boolean, text, bigint, integer) to invorto_app;

-- What settings may say of it.
create or replace function tenant_settings_ok(settings jsonb) returns boolean
language sql immutable parallel safe
as $$
	select jsonb_typeof(settings) = 'object'
		and not exists (select from jsonb_each(settings) as s(key, value)
			where case
				when key in ('daily_cost_cap_inr', 'monthly_minute_cap', 'max_concurrent_calls', 'rate_per_minute')
				then jsonb_typeof(value) <> 'number' or (value)::numeric not between 0 and 1000000000
				when key = 'fx_inr_per_usd' then jsonb_typeof(value) <> 'number' or (value)::numeric not between 0.01 and 1000000
				when key in ('retention', 'redaction') then jsonb_typeof(value) <> 'object'
				when key = 'ip_allow' then jsonb_typeof(value) <> 'array'
				when key = 'consent_required' then jsonb_typeof(value) <> 'boolean'
				when key = 'calling_hours' then jsonb_typeof(value) <> 'object'
					or public.calling_schedule_error(jsonb_build_object('limits', jsonb_build_array(value))) is not null
				else false end)
$$;
