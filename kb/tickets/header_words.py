"""What exports call the columns of a table: words to be read and added to."""

# Column -> the headers that are understood for it, the surest first: of two that fit, the one further left is taken.
HEADERS = """
id: id, ticket id, ticket number, ticket no, ticket, case id, case number, case, external id,
    request id, request number, issue key, issue id, incident number, conversation id, display
    id, reference, reference number, number, key, sr no, sl no
subject: subject, title, summary, raw subject, topic, headline, short description, name of
    issue
problem: problem, description, customer message, question, body, message, first message,
    initial message, issue, query, complaint, details, content, text, long description, problem
    description, issue description, request, concern, feedback
resolution: resolution, solution, resolution note, resolution notes, resolution comment,
    resolution comments, resolution details, answer, agent reply, agent response, reply,
    response, closing note, closing notes, close notes, final reply, last reply, agent
    comments, agent notes, fix, outcome, work notes
channel: channel, via, source, origin, medium, contact channel, via channel, source name, case
    origin
language: language, lang, locale, customer language
status: status, state, ticket status, status name, current status
created_at: created at, created, created time, creation date, created date, date created,
    created on, creation time, opened at, opened, opened on, open date, date opened, submitted
    at, received at, reported on, date of complaint, date, timestamp
resolved_at: resolved at, solved at, resolved, resolved time, resolved date, resolution date,
    solved date, date resolved, date solved, resolved on, solved on, closed at, closed, closed
    time, closed date, closed on, date closed, close date, close time, closing date, completed
    at, last resolved at, resolution time, updated at, updated, last updated, last update time,
    last modified, modified
tags: tags, tag, labels, label, current tags, categories, category, type, issue type, sub
    category
requester: requester, requester name, customer, customer name, contact, contact name, full
    name, name, reported by, raised by, submitter, caller, client name, user name, from
requester_email: requester email, customer email, contact email, email, email address,
    requester e mail, user email, mail
requester_phone: requester phone, customer phone, contact phone, phone, mobile, phone number,
    mobile number, work phone, contact number
requester_id: requester id, customer id, contact id, user id, client id
agent: agent, agent name, assignee, assignee name, assigned to, owner, responder, responder
    name, assigned agent, resolved by, case owner, handled by
satisfaction: satisfaction, satisfaction rating, satisfaction score, customer satisfaction
    rating, customer satisfaction, csat, csat score, rating, survey result
messages: messages, conversation, conversations, turns, comments, thread, transcript, chat
    transcript, notes, comments and work notes
"""

# The same in Hindi, Bengali, German, French, Spanish and Portuguese. Latin letters are compared without accents, and without
# the small words between others ("Date de création" is "date creation").
OTHER_HEADERS = """
id: ticketnummer, ticket nr, ticketid, vorgangsnummer, fallnummer, anfragenummer,
    referenznummer, aktenzeichen, nummer, nr, lfd nr, numero ticket, numéro, numéro demande,
    numéro dossier, référence, identifiant, número ticket, número, número caso, número
    solicitud, referencia, identificador, número chamado, número solicitação, protocolo,
    chamado, código, टिकट, টিকিট, টিকেট, टिकट संख्या, टिकट नंबर, टिकट क्रमांक, शिकायत संख्या,
    शिकायत नंबर, क्रमांक, क्रम संख्या, संदर्भ संख्या, अनुरोध संख्या, आईडी, टिकट आईडी, টিকিট
    নম্বর, টিকেট নম্বর, টিকিট নং, টিকিট আইডি, অভিযোগ নম্বর, অভিযোগ নং, ক্রমিক নম্বর, ক্রমিক নং,
    নম্বর, আইডি, রেফারেন্স নম্বর
subject: betreff, titel, thema, kurzbeschreibung, kurztext, überschrift, objet, sujet, titre,
    asunto, título, tema, assunto, विषय, शीर्षक, শিরোনাম, বিষয়
problem: beschreibung, problembeschreibung, anfrage, frage, nachricht, anliegen,
    fehlerbeschreibung, inhalt, meldung, beschwerde, description problème, problème, demande,
    question, contenu, réclamation, descripción, descripción problema, problema, consulta,
    pregunta, mensaje, contenido, reclamo, descrição, descrição problema, pergunta, mensagem,
    conteúdo, reclamação, dúvida, समस्या, समस्या विवरण, विवरण, शिकायत, प्रश्न, सवाल, संदेश,
    अनुरोध, ग्राहक संदेश, সমস্যা, সমস্যার বিবরণ, বিবরণ, অভিযোগ, প্রশ্ন, বার্তা, অনুরোধ, গ্রাহক
    বার্তা, গ্রাহকের বার্তা
resolution: lösung, loesung, lösungstext, lösungsbeschreibung, antwort, abschlussnotiz,
    erledigung, solution, résolution, réponse, note résolution, commentaire clôture, solución,
    resolución, respuesta, nota cierre, solução, resolução, resposta, nota encerramento,
    समाधान, हल, उत्तर, जवाब, समाधान विवरण, निवारण, সমাধান, উত্তর, জবাব, সমাধানের বিবরণ,
    নিষ্পত্তি
channel: kanal, quelle, herkunft, eingangskanal, canal, origine, origen, canal contacto,
    fuente, origem, canal atendimento, माध्यम, चैनल, स्रोत, মাধ্যম, চ্যানেল, উৎস
language: sprache, langue, idioma, lengua, língua, भाषा, ভাষা
status: zustand, stand, ticketstatus, bearbeitungsstand, statut, état, estado, situação,
    situación, स्थिति, अवस्था, दशा, स्टेटस, অবস্থা, স্ট্যাটাস, স্থিতি
created_at: erstellt am, erstellt, erstelldatum, eröffnet am, eingegangen am, eingangsdatum,
    angelegt am, datum, date création, créé le, date ouverture, ouvert le, date réception,
    fecha creación, creado, fecha apertura, creado el, fecha, abierto el, data criação, criado
    em, data abertura, aberto em, data, बनाया गया, निर्माण तिथि, दर्ज तिथि, दर्ज दिनांक, शिकायत
    तिथि, दिनांक, तारीख, तिथि, खोलने की तारीख, बनाने की तारीख, তৈরির তারিখ, তারিখ, খোলার তারিখ,
    অভিযোগের তারিখ, নথিভুক্তির তারিখ, তৈরি হয়েছে
resolved_at: gelöst am, geschlossen am, erledigt am, abgeschlossen am, lösungsdatum,
    abschlussdatum, geändert am, aktualisiert am, date résolution, résolu le, date clôture,
    clos le, fermé le, date fermeture, mis à jour le, fecha resolución, resuelto el, fecha
    cierre, cerrado el, actualizado el, data resolução, resolvido em, data fechamento, fechado
    em, data encerramento, encerrado em, atualizado em, समाधान तिथि, समाधान दिनांक, समाधान की
    तारीख, बंद तिथि, बंद होने की तारीख, हल तिथि, সমাধানের তারিখ, বন্ধের তারিখ, নিষ্পত্তির তারিখ
tags: schlagworte, schlagwörter, stichworte, kategorie, kategorien, typ, mots clés, étiquettes,
    catégorie, etiquetas, categoría, palabras clave, tipo, categoria, marcadores, palavras
    chave, टैग, श्रेणी, वर्ग, प्रकार, ট্যাগ, বিভাগ, শ্রেণি, শ্রেণী, ধরন
requester: kunde, kundenname, kunde name, anfragender, anfragesteller, melder, absender, name
    kunde, ansprechpartner, client, nom client, demandeur, nom, solicitante, cliente, nombre
    cliente, nombre, solicitante nombre, nome cliente, nome, requerente, ग्राहक, ग्राहक नाम,
    ग्राहक का नाम, शिकायतकर्ता, नाम, গ্রাহক, গ্রাহকের নাম, নাম, অভিযোগকারী, অভিযোগকারীর নাম
requester_email: e mail, e mail adresse, mailadresse, kunden e mail, courriel, adresse mail,
    adresse courriel, e mail client, correo, correo electrónico, email cliente, correo cliente,
    endereço email, email cliente, ईमेल, ई मेल, ग्राहक ईमेल, ইমেইল, ই মেইল, ইমেল, গ্রাহকের
    ইমেইল
requester_phone: telefon, telefonnummer, handynummer, rufnummer, mobilnummer, téléphone, numéro
    téléphone, portable, teléfono, celular, número teléfono, móvil, telefone, número telefone,
    फ़ोन, फोन नंबर, फ़ोन नंबर, मोबाइल, मोबाइल नंबर, ফোন, ফোন নম্বর, মোবাইল, মোবাইল নম্বর
requester_id: kundennummer, kunden nr, numéro client, código cliente, número cliente, ग्राहक
    संख्या, ग्राहक आईडी, গ্রাহক নম্বর, গ্রাহক আইডি
agent: bearbeiter, sachbearbeiter, zuständig, zugewiesen an, mitarbeiter, berater, agent
    traitant, assigné à, conseiller, responsable, technicien, agente, asignado a, responsable,
    técnico, atendente, atribuído a, responsável, एजेंट, प्रतिनिधि, एजेंट का नाम, अधिकारी,
    এজেন্ট, প্রতিনিধি, এজেন্টের নাম, কর্মকর্তা
satisfaction: zufriedenheit, bewertung, kundenzufriedenheit, note satisfaction, évaluation,
    satisfacción, valoración, calificación, satisfação, avaliação, संतुष्टि, रेटिंग, সন্তুষ্টি,
    রেটিং
messages: nachrichten, kommentare, verlauf, gesprächsverlauf, commentaires, échanges, fil
    discussion, comentarios, conversación, mensajes, comentários, conversa, mensagens, संदेशों,
    बातचीत, टिप्पणियाँ, टिप्पणी, কথোপকথন, মন্তব্য, বার্তাগুলি
"""
