"""Names of months as dates in exports have them, with the number of the month."""

_NAMES = """
jan january januar jänner janvier janv enero ene gennaio janeiro januari जनवरी जन জানুয়ারি জানুয়ারি জানুয়ারী জানুয়ারী জানু
feb february februar février févr fév febrero febbraio fevereiro februari फ़रवरी फरवरी फ़र फर ফেব্রুয়ারি ফেব্রুয়ারি ফেব্রুয়ারী ফেব্রুয়ারী ফেব
mar march märz mrz mär mars marzo março maart मार्च মার্চ
apr april avril avr abril abr aprile अप्रैल এপ্রিল
may mai mayo maggio maio mei मई মে
jun june juni juin junio giugno junho जून জুন
jul july juli juillet juil julio luglio julho जुलाई জুলাই
aug august août aout agosto ago augustus अगस्त आग আগস্ট আগষ্ট
sep sept september septembre septiembre settembre setembro सितंबर सितम्बर सित সেপ্টেম্বর সেপ্ট
oct october oktober okt octobre octubre ottobre outubro अक्टूबर अक्तूबर अक्टू অক্টোবর অক্টো
nov november novembre noviembre novembro नवंबर नवम्बर नव নভেম্বর নভে
dec december dezember dez décembre déc diciembre dic dicembre dezembro दिसंबर दिसम्बर दिस ডিসেম্বর ডিসে
"""
MONTHS = {name: number for number, line in enumerate(_NAMES.strip().split("\n"), start=1) for name in line.split()}
