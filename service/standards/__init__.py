"""The forms that case systems speak: CDS Hooks, FHIR R4, W3C Web Annotations, CloudEvents over signed webhooks."""
