"""How Danish days and hours read where Django writes them, in the admin: as on all our pages.
What people type is read as ever."""

TIME_FORMAT = "G.i"
DATETIME_FORMAT = r"j. F Y \k\l. G.i"
SHORT_DATE_FORMAT = "j. N Y"
SHORT_DATETIME_FORMAT = r"j. N Y \k\l. G.i"
