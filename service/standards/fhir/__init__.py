"""FHIR R4: notes in (DocumentReference, Composition, Bundle), proposals out (draft Task with its Provenance).

Never a Flag, Condition, RiskAssessment or DetectedIssue: those persist as facts about a child.
"""

MEDIA_TYPE = "application/fhir+json"
