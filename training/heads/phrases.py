"""The phrases that invented heads are made of: names, papers, sections, roles and whatever else stands in a head."""

FIRST = (
    "Marta Jonas Ada Per Ines Olu Chidi Siobhán Luca Mireille Tomasz Ewa Anders Yara Kofi Priya Rohan Mei Haruto Sofía Diego "
    "Leila Omar Anna-Lena Jean-Luc Nadia Viktor Zofia Hugo Amara Freya Rhys Bronwen Milan Tereza Irina Pavel Oksana "
    "Taras Hana Jiří Elif Mehmet Noor Sami George Emily Robert Susan Walter Harriet Desmond Ruth Caleb Joy"
).split()
LAST = (
    "Oliver Lindqvist Birch Sandvik Okafor Adeyemi Fitzgerald Moretti Dubois Kowalski Nowak Halvorsen Haddad Mensah Raman "
    "Iyer Chen Tanaka Navarro Castillo Rahimi Farouk Brandt Moreau Petrova Orlov Zielinska Marchetti Obi Lund Pritchard "
    "Evans-Roe Dvořák Svoboda Volkov Ivanenko Shevchuk Novák Yılmaz Demir Aziz Khan Whitcombe Hale O’Shea O'Dowd "
    "MacLeod McBride Garside Thorne Quill Van Doren"
).split(" ")
CYRILLIC = ["Марта Олівер", "Ганна Коваль", "Андрій Лисенко", "Ольга Белова", "Иван Соколов", "Тарас Мельник"]
SHORT_TITLES = (
    "The Weir|The Footbridge|Rain|Enough|On Bread|The Last Boat|A Small War|The Price of Tin|Slow Ships|Why Walk?|Leave It|"
    "The Long Winter|Against Maps|The Ledger|Quiet, Please|Two Rivers|The Empty Chair|Salt|What We Owe|The Second Vote|"
    "No More Piers|The Wrong Tax|Let Them Swim|In Praise of Mud|After the Flood|The Art of Queueing|Say No|The Old Mill|"
    "Leave the Gulls Alone|Mend the Roof|Keep the Market|A Town for Sale|The Harbour and the Law|Ask the Bees"
).split("|")
FOREIGN_TITLES = (
    "Lasst die Fähre fahren|Mehr Mut zum Hafen|Brot statt Beton|Wer zahlt für die Brücke?|Ein Deich ist keine Politik|Die falsche Steuer|"
    "Warum wir langsamer werden müssen|Rettet die Bücherei|Abschied vom Kai|Das Schweigen der Ämter|Gardez le phare|Le pont de trop|"
    "Pour une ville lente|Qui paiera la digue ?|L’école oubliée|Éloge du pain|Salvad el puerto|El precio del agua|Contra las torres|"
    "La ciudad que olvida|¿Quién vigila el río?|Salviamo il molo|Il prezzo del sale|Una città in vendita|Red de haven|Een brug te veel|"
    "Låt färjan gå|Ratujmy port|Cena wody|Врятуйте порт|Ціна води|Хто заплатить за міст?|Спасите причал|Цена хлеба"
).split("|")
FOREIGN_SECTIONS = (
    "Kommentar|KOMMENTAR|Meinung|Leitartikel|Glosse|Kolumne|Gastbeitrag|Debatte|Essay|Analyse|Standpunkt|Kommentar zur Hafenpolitik|"
    "Chronique|Tribune|Éditorial|Débat|Idées|Point de vue|Opinión|Columna|Tribuna|Editorial|Análisis|Opinione|Commento|Editoriale|"
    "Opinie|Column|Ledare|Krönika|Debatt|Opinia|Felieton|Komentarz|Думка|Колонка|Погляд|Мнение|Комментарий"
).split("|")
TOPICS = (
    "Fisheries|Bus fares|School meals|Public libraries|Town planning|Bridge closure|Rents|Sea defences|Water prices|Farm subsidies|"
    "Road safety|Night trains|The harbour vote|Local elections|Migration|Counterpoint|COUNTERPOINT|Second opinion|The big question|"
    "Letter from Selby|Notebook|From the archive|Hot take|Our view|OUR VIEW|The week in towns|Economics|Climate|Book extract"
).split("|")
SERIES = (
    "Policy Brief|POLICY BRIEF|Working Paper|WORKING PAPER|Discussion Paper|Briefing|Briefing Paper|Occasional Paper|Research Note|"
    "Issue Brief|ISSUE BRIEF|Report|Policy Note|Technical Report|Background Paper|Discussion Paper Series|Issue|ISSUE|Newsletter|Bulletin"
).split("|")
SPOKEN = (
    "The bridge costs more than the boats|We want ferries, not speeches|I never trusted the tide|A town is not a company|"
    "Nobody asked the sailors|You cannot eat a view|The sea does not negotiate|They sold what was not theirs"
).split("|")
PAPERS = (
    "The Harbour Gazette|The Selby Post|Marlow Evening News|The Northern Review|Ashgate Courier|The Weekly Ledger|"
    "Open Harbour|Daily Lantern|Quarterly Journal of Tides|The Tidewater Times|Riverbank|Plain Notes|Small Hours|"
    "The Lamplighter|Kestrel & Co.|North Shore Institute|Salt and Light|Letters from the Quay|The Slow Post|tidewater.example|"
    "selbypost.example|Annals of Harbour Medicine|Coastline Magazine|Under the Bridge|The Marsh Herald|Second Draft"
).split("|")
BOOKS = (
    "THE HARBOUR AND OTHER ESSAYS|A TOUR OF THE COAST|Essays on Small Towns|LETTERS FROM A LIGHTHOUSE|Of Bread and Salt|"
    "THE USES OF RAIN|Sketches of Country Life|THE MODERN CITIZEN|Talks with Young Readers|ON THE KEEPING OF BEES"
).split("|")
SECTIONS = (
    "Opinion|OPINION|Comment|Editorial|EDITORIAL|Ideas|Essay|Analysis|Viewpoint|Guest Essay|Columns|Perspective|Feature article|"
    "Point of View|POINT OF VIEW|Book review|Commentary|Op-Ed|Letters|Letters to the editor|Debate|Meinung|Tribune|Opinión|"
    "Думка|Culture|Politics|Science|Health|The Saturday Essay|World|Best Practice|Policy Forum|Speeches|Home / Opinion|"
    "Opinion | Fisheries|Blog|Articles|Reviews|Society|Long Read"
).split("|")
TAGLINES = (
    "Part-time sailor, full-time grump.|Notes on towns and tides|Independent since 1921|News, views and weather for the coast|"
    "“keeper of boats, writer of lists” – Small Hours|Thinking out loud about software|Writing about food and fields|"
    "A blog about ships"
).split("|")
ROLES = (
    "harbour master|Opinion columnist|Guest Contributor|Professor of Maritime History, University of Selby|Staff writer|"
    "Editor-at-large|Project Director|Department of Hydrology, Selby College, Selby, United Kingdom|political scientist|"
    "MP for Selby East|Senior fellow, North Shore Institute|Member of the Harbour Board|Economist|novelist"
).split("|")
EXTRAS = (
    "5 min read|12 Comments|Share|Listen to this article|Save|1,204 views|Photo: Per Lund / Harbour Pictures|Advertisement|"
    "Illustration by Ines Okafor|Tags: ferries, fares, bridges|ferries fares transport|Filed under: transport, cities|"
    "Posted in: ferries towns writing|Transport, Ferries, Selby|Translated by Per Lund|Translated from the Norwegian|"
    "Cross-posted from the Harbour Board’s blog.|This article first appeared in The Weekly Ledger.|"
    "In reply to: A fare deal for everyone, by Per Lund|Abstract|Introduction|A view of the quay at Selby, last winter.|"
    "The ferry at Ashgate in January. (Photograph: Ada Birch)|doi:10.5555/tide.2014.118|2:14 P.M. EDT|* * *|"
    "Correspondence to: m.oliver@selby.example|Reply by email|From our series “The Back Deck”|Skip to content|Menu|"
    "Issue 12, Spring 2024|Vol. 8, No. 3|Issue 4|"
    "6f1ed002ab5595859014ebf0951522d9|Council Chamber|Members' Room|Assembly Hall"
).split("|")
MONTHS = "January February March April May June July August September October November December".split()
FOREIGN = (
    "Publié le 14 mars 2024 à 06h00, mis à jour le 15 mars 2024|14. März 2024, 6:00 Uhr|14 MAR 2024 - 05:00 CET|14. März 2024|3. Mai 2021|14 mars 2024|le 3 avril 2019|14 de marzo de 2024|9 marzo 2022|14 de março de 2024|14 maart 2024|"
    "14 березня 2024|3 мая 2019|14. března 2024|7 maja 2020|2024. március 14.|14 Mart 2024|2024年3月14日"
).split("|")
TIMES = (
    "2 days ago|An hour ago|18:00|Yesterday at 9 am|vor 3 Stunden|vor 2 Tagen|il y a 2 heures|10:15|3 hours ago|1,234 views|17 Thumbs|32|4|12 comments|"
    "6 min read|Share|2,345 views|Follow|214|12 Claps|8 Reposts|1.2K shares|3 Boosts|40 Hearts|7 Stars"
).split("|")
DECKS = (
    "What a harbour loses|Why the council is wrong|How a small town learned to count|A plea for the slow boat|"
    "The case against the bridge|Being the third of five letters|Notes from a wet spring|Sailors know better than clerks|"
    "A reply to my critics|On bread, salt and the price of both|What the numbers do not say|Lessons of a bad winter|"
    "Six things that every ferryman knows"
).split("|")
OPENINGS = (
    "They held the vote at night.|On {date} the council sold the last of its boats without a debate.|"
    "The council sold the last ferry on {date}.|It ended on {date}.|In May 2021, {name} sold it.|“Boats are for the old,” "
    "the mayor told me.|I was wrong.|{name} is no friend of mine.|Dear Sir or Madam,|Ladies and gentlemen!|Mr. President, I rise "
    "to speak of boats.|By the time it came to a vote the boats were gone.|{name} said it first, in {date}.|What is a "
    "ferry for?|To the Editor of the Post:|To the People of the County of Selby:|Dear readers,|Friends and neighbours:|Nobody believes the council any more.|It was {date}, and it rained.|Thank you, {name}, for those kind words."
).split("|")
BY = (
    "By",
    "By",
    "By",
    "by",
    "BY",
    "Words by",
    "Written by",
    "Posted by",
    "Text:",
    "Author:",
    "Von",
    "Par",
    "Por",
    "Av",
    "Ein Gastbeitrag von",
    "Kommentar von",
    "Une tribune de",
    "Una columna de",
    "Guest essay by",
    "Opinion by",
)
NAVIGATION = (
    "Home | About | Archive | RSS",
    "Home · Articles · Contact",
    "News | Sport | Opinion | Culture",
    "Menu | Search | Log in",
    "Start | Blog | Impressum",
    "About | Subscribe | Books",
    "Home > News > Opinion",
)
