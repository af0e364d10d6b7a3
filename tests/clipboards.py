"""What offices put on the clipboard as text/html, shortened, and what is meant by it.

Each is walked twice: through the sanitiser, as HTML that comes from an archive, and through the
clipboard of a real editor. The words are ours; the markup is theirs.
"""

from typing import NamedTuple


class Clipboard(NamedTuple):
    html: str
    meant: str
    lost: str = ""


def glyph(sign):
    return (
        "<![if !supportLists]><span style='font-family:Symbol;mso-fareast-font-family:Symbol'>"
        f"<span style='mso-list:Ignore'>{sign}<span style='font:7.0pt \"Times New Roman\"'>"
        "&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>"
    )


WORD = f"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->
<style><!-- p.MsoNormal {{mso-style-name:"Normal"; margin:0cm}} --></style></head>
<body lang=DA style='tab-interval:65.2pt'><!--StartFragment-->

<p class=MsoTitle>Maden først<o:p></o:p></p>

<h1><span lang=DA style='mso-fareast-font-family:"Times New Roman"'><b>Køkkenet</b><o:p></o:p></span></h1>

<p class=MsoNormal>Hver <b style='mso-bidi-font-weight:normal'>dag</b> og <i>nat</i><span
style='mso-spacerun:yes'>&nbsp; </span>på <st1:place w:st="on">Ærø</st1:place>.<o:p></o:p></p>

<p class=MsoNormal><o:p>&nbsp;</o:p></p>

<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'>{glyph("·")}Et<o:p></o:p></p>

<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-add-space:auto;text-indent:-18.0pt;mso-list:l0 level2 lfo1'>{glyph("o")}Under et<o:p></o:p></p>

<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level3 lfo1'>{glyph("§")}Under under<o:p></o:p></p>

<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level1 lfo1'>{glyph("·")}To<o:p></o:p></p>

<p class=MsoListParagraphCxSpMiddle>og videre<o:p></o:p></p>

<p class=MsoListParagraphCxSpMiddle style='mso-list:l1 level1 lfo2'>{glyph("1.")}Først<o:p></o:p></p>

<p class=MsoListParagraphCxSpLast style='mso-list:l1 level2 lfo2'>{glyph("a)")}Så<o:p></o:p></p>

<p class=MsoQuote>Mad er kærlighed.<o:p></o:p></p>

<p class=MsoNormal>Se <a href="https://mad.example/?a=1&amp;b=2" onclick="alert(1)">her</a>, <a
href="#_Toc1">ikke her</a> og <a href="javascript:alert(1)">slet ikke her</a>.<a
style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a><span
class=MsoCommentReference><span style='font-size:8.0pt'><a class=msocomanchor href="#_msocom_1">[VS1]</a></span></span>
<del cite="mailto:Vibeke" datetime="2027-02-01T10:00">væk</del><ins cite="mailto:Vibeke">til</ins><span
style='display:none;mso-hide:all'>skjult</span></p>

<p class=MsoNormal><!--[if gte vml 1]><v:shape><v:imagedata src="file:///C:/a.png"/></v:shape><![endif]--><![if
!vml]><img width=100 height=50 src="file:///C:/a.png" v:shapes="x"><![endif]></p>

<table class=MsoTableGrid border=1 cellspacing=0 style='border-collapse:collapse'>
 <tr style='mso-yfti-irow:0'>
  <td width=100 valign=top style='width:100pt'><p class=MsoNormal>celle et</p></td>
  <td valign=top><p class=MsoNormal>celle <b>to</b></p></td>
 </tr>
</table>

<!--EndFragment--><div style='mso-element:footnote-list'><div style='mso-element:footnote' id=ftn1>
<p class=MsoFootnoteText>Kilden.</p></div></div>
<div style='mso-element:comment-list'><div style='mso-element:comment'>
<p class=MsoCommentText><span class=MsoCommentReference>[VS1]</span>Passer det?</p></div></div>
</body></html>"""

WORD_ON_THE_WEB = """<div class="OutlineElement Ltr SCXW1"><p class="Paragraph SCXW1" role="heading"
 aria-level="1" style="font-weight: normal; font-style: normal;"><span class="TextRun SCXW1"
 data-contrast="none" style="font-size: 16pt; font-weight: bold;"><span class="NormalTextRun">Køkkenet</span></span><span
 class="EOP SCXW1" data-ccp-props="{}">&nbsp;</span></p></div><div class="OutlineElement Ltr SCXW1"><p
 class="Paragraph SCXW1" style="font-weight: normal;"><span class="TextRun SCXW1" style="font-weight: bold;"><span
 class="NormalTextRun">Fed</span></span><span class="TextRun SCXW1"><span class="NormalTextRun"> og </span></span><span
 class="TextRun SCXW1" style="font-style: italic;"><span class="NormalTextRun">kursiv</span></span><span
 class="EOP SCXW1">&nbsp;</span></p></div><div class="ListContainerWrapper SCXW1"><ul class="BulletListStyle1 SCXW1"
 role="list"><li data-leveltext="" data-font="Symbol" data-listid="1" aria-setsize="-1" data-aria-posinset="1"
 data-aria-level="1" role="listitem" class="OutlineElement Ltr SCXW1"><p class="Paragraph SCXW1"><span
 class="TextRun SCXW1"><span class="NormalTextRun">Et</span></span><span class="EOP SCXW1">&nbsp;</span></p></li></ul></div><div
 class="ListContainerWrapper SCXW1"><ul class="BulletListStyle2 SCXW1" role="list"><li data-listid="1"
 data-aria-posinset="1" data-aria-level="2" role="listitem" class="OutlineElement Ltr SCXW1"><p
 class="Paragraph SCXW1"><span class="TextRun SCXW1">Under et</span></p></li></ul></div><div
 class="ListContainerWrapper SCXW1"><ul class="BulletListStyle1 SCXW1" role="list"><li data-listid="1"
 data-aria-posinset="2" data-aria-level="1" role="listitem" class="OutlineElement Ltr SCXW1"><p
 class="Paragraph SCXW1"><span class="TextRun SCXW1">To</span></p></li></ul></div><div
 class="ListContainerWrapper SCXW1"><ol class="NumberListStyle1 SCXW1" role="list" start="1"><li data-listid="2"
 data-aria-posinset="1" data-aria-level="1" role="listitem" class="OutlineElement Ltr SCXW1"><p
 class="Paragraph SCXW1"><span class="TextRun SCXW1">Først</span></p></li></ol></div>"""

OUTLOOK = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15 (filtered medium)">
<style><!-- .MsoNormal {margin:0cm} --></style></head><body lang=DA link="#0563C1" style='word-wrap:break-word'>
<div class=WordSection1><p class=MsoNormal><span style='mso-fareast-language:EN-US'>Hej,<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<ul style='margin-top:0cm' type=disc><li class=MsoListParagraph style='margin-left:0cm;mso-list:l0 level1 lfo1'>Et<o:p></o:p></li>
<ul style='margin-top:0cm' type=circle><li class=MsoListParagraph style='margin-left:0cm;mso-list:l0 level2 lfo1'>Under et<o:p></o:p></li></ul>
<li class=MsoListParagraph style='margin-left:0cm;mso-list:l0 level1 lfo1'>To<o:p></o:p></li></ul>
<p class=MsoNormal>Se <a href="https://eur01.safelinks.protection.example/?url=https%3A%2F%2Fmad.example&amp;data=05">her</a>.</p>
<p class=MsoNormal><img width=120 height=40 id="Logo" src="cid:logo.png@01D9"></p></div></body></html>"""

OUTLOOK_ON_THE_WEB = """<div class="elementToProof" style="font-family: Calibri; font-size: 12pt;">Hej,</div>
<div class="elementToProof"><br></div>
<p class="x_MsoNormal" style="margin: 0cm;"><b><span>Fed</span></b> og sort<span></span></p>
<p class="x_MsoListParagraph" style="margin: 0cm 0cm 0cm 36pt; margin-left: 36pt; text-indent: -18pt;"><span style="font-family: Symbol;"><span>·<span style="font: 7pt &quot;Times New Roman&quot;;">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span>Et</p>
<p class="x_MsoListParagraph" style="margin-left: 72pt; text-indent: -18pt;"><span>o<span style="font: 7pt &quot;Times New Roman&quot;;">&nbsp;&nbsp;&nbsp; </span></span>Under et</p>
<p class="x_MsoListParagraph" style="margin-left: 36pt; text-indent: -18pt;"><span>·<span>&nbsp;&nbsp;&nbsp; </span></span><i>To</i></p>"""

GOOGLE_DOCS = """<meta charset='utf-8'><meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1a2b"><h1 dir="ltr" style="line-height:1.38;margin-top:20pt;"><span style="font-size:20pt;font-family:Arial,sans-serif;font-weight:400;font-style:normal;text-decoration:none;">Køkkenet</span></h1><p dir="ltr" style="line-height:1.38;"><span style="font-size:11pt;font-weight:400;font-style:normal;">Hver </span><span style="font-size:11pt;font-weight:700;font-style:normal;">dag</span><span style="font-weight:700;font-style:italic;"> og nat</span><span style="font-weight:400;font-style:italic;"> på Ærø</span></p><br><ul style="margin-top:0;margin-bottom:0;padding-inline-start:48px;"><li dir="ltr" style="list-style-type:disc;font-size:11pt;font-weight:400;" aria-level="1"><p dir="ltr" style="line-height:1.38;" role="presentation"><span style="font-weight:400;">Et</span></p></li><ul style="margin-top:0;"><li dir="ltr" style="list-style-type:circle;" aria-level="2"><p dir="ltr" role="presentation"><span style="font-weight:700;">Under et</span></p></li></ul><li dir="ltr" style="list-style-type:disc;" aria-level="1"><p dir="ltr" role="presentation"><span>To</span></p></li></ul><ol style="margin-top:0;"><li dir="ltr" style="list-style-type:decimal;" aria-level="1"><p dir="ltr" role="presentation"><span>Først</span></p></li></ol><p dir="ltr"><a href="https://mad.example/" style="text-decoration:none;"><span style="color:#1155cc;font-weight:400;text-decoration:underline;">her</span></a><span><span style="border:none;display:inline-block;overflow:hidden;width:100px;"><img src="https://lh7.example/a" width="100" height="50"></span></span></p><div dir="ltr" style="margin-left:0pt;" align="left"><table style="border:none;border-collapse:collapse;"><colgroup><col width="200"></colgroup><tbody><tr style="height:0pt"><td style="border-left:solid #000 1pt;"><p dir="ltr"><span>celle et</span></p></td><td><p dir="ltr"><span>celle to</span></p></td></tr></tbody></table></div></b><br class="Apple-interchange-newline">"""

LIBRE_OFFICE = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/><title></title>
<meta name="generator" content="LibreOffice 7.4"/><style type="text/css">@page { margin: 2cm } p { line-height: 115% }</style></head>
<body lang="da-DK" link="#000080"><h1 class="western">Køkkenet</h1>
<p style="line-height: 100%; margin-bottom: 0cm">Hver <b>dag</b> og <i><span style="font-weight: normal">nat</span></i></p>
<ul>
	<li><p style="line-height: 100%; margin-bottom: 0cm"><font face="Liberation Serif, serif">Et</font></p>
	<ul>
		<li><p style="margin-bottom: 0cm">Under et</p></li>
	</ul>
	</li>
	<li><p style="margin-bottom: 0cm">To</p></li>
</ul>
<ol><li><p>Først</p></li></ol>
<p style="margin-bottom: 0cm"><br/></p>
<p><img src="file:///tmp/a.png" name="Image1" width="100" height="50" border="0"/></p>
</body></html>"""

NESTED = "<ul><li><p>Et</p><ul><li><p>Under et</p></li></ul></li><li><p>To</p></li></ul>"

CLIPBOARDS = {
    "Word": Clipboard(
        WORD,
        "<h2>Maden først</h2><h2>Køkkenet</h2>"
        "<p>Hver <strong>dag</strong> og <em>nat</em> på Ærø.</p>"
        "<ul><li><p>Et</p><ul><li><p>Under et</p><ul><li><p>Under under</p></li></ul></li></ul></li>"
        "<li><p>To</p><p>og videre</p></li></ul>"
        "<ol><li><p>Først</p><ol><li><p>Så</p></li></ol></li></ol>"
        "<blockquote><p>Mad er kærlighed.</p></blockquote>"
        '<p>Se <a href="https://mad.example/?a=1&amp;b=2">her</a>, ikke her og slet ikke her. til</p>'
        "<p>celle et</p><p>celle <strong>to</strong></p>",
        "Not pasted: 1 picture; 1 table (its words are kept as paragraphs); "
        "1 footnote or endnote; 1 comment; 1 tracked deletion.",
    ),
    "Word on the web": Clipboard(
        WORD_ON_THE_WEB,
        "<h2>Køkkenet</h2><p><strong>Fed</strong> og <em>kursiv</em></p>"
        + NESTED
        + "<ol><li><p>Først</p></li></ol>",
    ),
    "Outlook": Clipboard(
        OUTLOOK,
        "<p>Hej,</p>"
        + NESTED
        + '<p>Se <a href="https://eur01.safelinks.protection.example/?url=https%3A%2F%2Fmad.example&amp;data=05">her</a>.</p>',
        "Not pasted: 1 picture.",
    ),
    "Outlook on the web": Clipboard(
        OUTLOOK_ON_THE_WEB,
        "<p>Hej,</p><p><strong>Fed</strong> og sort</p>" + NESTED.replace("To", "<em>To</em>"),
    ),
    "Google Docs": Clipboard(
        GOOGLE_DOCS,
        "<h2>Køkkenet</h2>"
        "<p>Hver <strong>dag<em> og nat</em></strong><em> på Ærø</em></p>"
        + NESTED.replace("Under et", "<strong>Under et</strong>")
        + '<ol><li><p>Først</p></li></ol><p><a href="https://mad.example/">her</a></p>'
        "<p>celle et</p><p>celle to</p>",
        "Not pasted: 1 picture; 1 table (its words are kept as paragraphs).",
    ),
    "LibreOffice": Clipboard(
        LIBRE_OFFICE,
        "<h2>Køkkenet</h2><p>Hver <strong>dag</strong> og <em>nat</em></p>"
        + NESTED
        + "<ol><li><p>Først</p></li></ol>",
        "Not pasted: 1 picture.",
    ),
}
