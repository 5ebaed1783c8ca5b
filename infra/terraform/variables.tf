variable "environment" {
  description = "Its name is in every resource's: staging, production"
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "2 to 16 of a-z, 0-9 and -, a letter first."
  }
}
variable "region" {
  description = "Where the callers are: sound crosses the distance four times a turn"
  type        = string
  default     = "ap-south-1"
}
variable "image" {
  description = "The daemon's image with its digest: …/invorto@sha256:…"
  type        = string
  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "By digest: a tag may be another image tomorrow."
  }
}
variable "host" {
  description = "The public name, for which there is a certificate: voice.example.com"
  type        = string
}
variable "certificate_arn" {
  description = "Of ACM, in this region, for host"
  type        = string
}
variable "cidr" {
  description = "Of the network"
  type        = string
  default     = "10.40.0.0/16"
}
variable "tasks" {
  description = "Instances at least and at most; one carries some thousand calls on a core"
  type        = object({ least = number, most = number })
  default     = { least = 2, most = 10 }
}
variable "calls_per_task" {
  description = "Live calls of an instance at which another is started"
  type        = number
  default     = 600
}
variable "drain_seconds" {
  description = "How long an instance that is stopped lets calls finish before it hands them over; ECS allows 120 in all"
  type        = number
  default     = 100
}
variable "database" {
  description = "PostgreSQL"
  type        = object({ class = string, storage_gb = number, multi_az = bool, keep_backups_days = number })
  default     = { class = "db.m6g.large", storage_gb = 100, multi_az = true, keep_backups_days = 30 }
}
variable "redis_class" {
  description = "ElastiCache nodes, one in each of two zones"
  type        = string
  default     = "cache.m6g.large"
}
variable "retention_days" {
  description = "What the buckets keep at most; a tenant's own policy deletes sooner"
  type        = object({ recordings = number, transcripts = number })
  default     = { recordings = 180, transcripts = 365 }
}
variable "settings" {
  description = "Environment of the daemon that is no secret: every one is in its README"
  type        = map(string)
  default     = {}
}
variable "secrets" {
  description = "Names of settings whose values are put into Secrets Manager by hand: DEEPGRAM_API_KEY, OPENAI_API_KEY, …"
  type        = set(string)
  default     = ["DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY", "JAMBONZ_API_KEY", "TWILIO_AUTH_TOKEN"]
}
variable "alarm_emails" {
  description = "Who is told"
  type        = list(string)
  default     = []
}
variable "blocked_countries" {
  description = "Countries whose requests are refused at the edge; ISO 3166 codes"
  type        = list(string)
  default     = []
}
